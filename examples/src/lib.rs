//! Examples of afresh: see the folders beside this one. `cargo run --example quickstart` runs the first.
//!
//! This library holds the shop server that the other examples call.

pub mod shop;
