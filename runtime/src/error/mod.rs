//! What a call ends with when it fails, and what is known of how it went. Start with `error`.

pub(crate) mod causes;
pub(crate) mod error;
pub(crate) mod predicates;
pub(crate) mod problem;
pub(crate) mod reason;
pub(crate) mod rejection;
