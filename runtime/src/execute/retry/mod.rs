//! Decides which failed attempts are retried, when, and how often. Start with `policy.rs`.

pub(crate) mod attempts;
pub(crate) mod backoff;
pub(crate) mod budget;
pub(crate) mod faults;
pub(crate) mod policy;
pub(crate) mod retrying;
pub(crate) mod until_sent;

#[cfg(test)]
mod tests;
