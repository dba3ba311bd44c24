//! Tests the Rust tokens that the `#[api]` macro generates. Start with `valid.rs`.
//!
//! The crate `afresh-tests` compiles and runs generated code.

mod broken;
mod derives;
mod described;
mod expanded;
mod pairs;
mod places;
mod valid;
