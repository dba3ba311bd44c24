//! Examples of afresh: see the folders beside this one. `cargo run --example quickstart` runs the first.
//!
//! Here is what the others share: a shop to call.

pub mod shop;
