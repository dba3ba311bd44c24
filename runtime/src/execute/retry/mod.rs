//! Decides which faults are retried, when, and how often. Start with `policy`, which contains the user's settings. The
//! file `faults` contains the table of faults.

pub(crate) mod attempts;
pub(crate) mod backoff;
pub(crate) mod budget;
pub(crate) mod faults;
pub(crate) mod policy;
pub(crate) mod retrying;
pub(crate) mod until_sent;

#[cfg(test)]
mod tests;
