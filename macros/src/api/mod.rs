//! Describes what a trait means: each node of the source together with its meaning, for the checks and the code
//! generation.
//!
//! Read `endpoint.rs` first: it describes one method.

mod endpoint;
mod members;
mod param;

pub(crate) use endpoint::Endpoint;
pub(crate) use members::{Api, Member};
pub(crate) use param::Param;
