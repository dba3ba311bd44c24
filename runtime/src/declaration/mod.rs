//! What a trait declares, as constants that the macro writes. Start with `endpoint`.

pub(crate) mod condition;
pub(crate) mod endpoint;
pub(crate) mod paging;
