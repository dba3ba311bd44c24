//! HEADER

mod check;
mod choice;
mod codegen;
mod expand;
mod lower;
mod model;
mod status;

pub(crate) use expand::expand;
