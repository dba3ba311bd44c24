//! What a trait declares, as constants that the macro writes. Start with `endpoint`.

pub(crate) mod endpoint;
