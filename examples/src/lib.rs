//! Examples of afresh, each in its own directory. Run the quickstart with `cargo run --example quickstart`.
//!
//! This library contains the shop server that the other examples call.

pub mod shop;
