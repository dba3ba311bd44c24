//! What a trait means: each node of the source together with its meaning, as the checks and the code generation need
//! it.
//!
//! Read `endpoint.rs` first: it describes one method.

mod endpoint;
mod members;
mod param;

pub(crate) use endpoint::Endpoint;
pub(crate) use members::{Api, Member};
pub(crate) use param::Param;
