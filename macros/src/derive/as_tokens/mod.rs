//! HEADER

mod check;
mod codegen;
mod expand;
mod field_path;
mod lower;
mod model;

pub(crate) use expand::expand;
