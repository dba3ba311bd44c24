//! Tests of the tokens that `#[api]` generates. The crate `afresh-tests` compiles and runs such code.
//!
//! Read `valid.rs` first.

mod broken;
mod derives;
mod described;
mod expanded;
mod pairs;
mod places;
mod valid;
