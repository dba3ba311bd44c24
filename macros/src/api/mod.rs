//! HEADER

mod endpoint;
mod members;
mod param;

pub(crate) use endpoint::Endpoint;
pub(crate) use members::{Api, Member};
pub(crate) use param::Param;
