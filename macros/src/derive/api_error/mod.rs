//! Implements `#[derive(ApiError)]` for enums whose variants are selected by response status. Start with `expand.rs`.

mod check;
mod choice;
mod codegen;
mod expand;
mod lower;
mod model;
mod status;

pub(crate) use expand::expand;
