//! Decides which failed attempts are retried, when, and how often. To read the code in this directory, start with
//! `policy`, which contains the user's settings. `faults` defines which failures are retried.

pub(crate) mod attempts;
pub(crate) mod backoff;
pub(crate) mod budget;
pub(crate) mod faults;
pub(crate) mod policy;
pub(crate) mod retrying;
pub(crate) mod until_sent;

#[cfg(test)]
mod tests;
