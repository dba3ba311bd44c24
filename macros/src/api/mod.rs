//! Defines the types that describe an API trait for the checks and for code generation. Start with `endpoint.rs`.

mod endpoint;
mod members;
mod param;

pub(crate) use endpoint::Endpoint;
pub(crate) use members::{Api, Member};
pub(crate) use param::Param;
