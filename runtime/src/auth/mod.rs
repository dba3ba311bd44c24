//! Decides what a response means for the credential. Read `policy` first.

pub(crate) mod challenge;
mod fake_response;
pub(crate) mod policy;
pub(crate) mod rate_limit;
pub(crate) mod rules;
