//! Implements `#[derive(AsTokens)]` for structs that declare which of their fields hold tokens. Start with `expand.rs`.

mod check;
mod codegen;
mod expand;
mod field_path;
mod lower;
mod model;

pub(crate) use expand::expand;
