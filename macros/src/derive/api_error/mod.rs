//! Implements `#[derive(ApiError)]` for enums whose variants are selected by response status.
//!
//! Read `expand.rs` first: it calls every step of the derive.

mod check;
mod choice;
mod codegen;
mod expand;
mod lower;
mod model;
mod status;

pub(crate) use expand::expand;
