//! Describes an API trait with constants that the macro generates. Read `endpoint` first.

pub(crate) mod condition;
pub(crate) mod endpoint;
pub(crate) mod paging;
pub(crate) mod statuses;
