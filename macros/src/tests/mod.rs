//! Tests the Rust tokens that the `#[api]` macro generates. The crate `afresh-tests` compiles and runs generated code.
//!
//! Read `valid.rs` first: it tests the code that the macro generates for valid traits.

mod broken;
mod derives;
mod described;
mod expanded;
mod pairs;
mod places;
mod valid;
