//! Describes an API trait with constants that the macro generates. Start with `endpoint.rs`.

pub(crate) mod condition;
pub(crate) mod endpoint;
pub(crate) mod paging;
pub(crate) mod statuses;
