//! What an answer says about the credential. Start with `policy`.

pub(crate) mod challenge;
pub(crate) mod policy;
pub(crate) mod rate_limit;
pub(crate) mod rules;
