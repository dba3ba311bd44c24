//! Decides whether a response means that the server refused the credential. Start with `policy.rs`.

pub(crate) mod challenge;
mod fake_response;
pub(crate) mod policy;
pub(crate) mod rate_limit;
pub(crate) mod rules;
