//! Tests the tokens that `#[api]` generates. The crate `afresh-tests` compiles and runs generated code.
//!
//! Read `valid.rs` first: it tests the code for valid traits.

mod broken;
mod derives;
mod described;
mod expanded;
mod pairs;
mod places;
mod valid;
