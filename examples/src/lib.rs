//! Examples of afresh: each has its own folder. `cargo run --example quickstart` runs the first.
//!
//! This library holds the shop server that the other examples call.

pub mod shop;
