//! The declarations of a trait, as constants that the macro generates. Read `endpoint` first.

pub(crate) mod condition;
pub(crate) mod endpoint;
pub(crate) mod paging;
