//! Implements the platform outside of a browser, with the runtime and the timers of Tokio and the messages of
//! reqwest.

pub(crate) mod messages;
pub(crate) mod multipart;
pub(crate) mod peek;
pub(crate) mod random;
pub(crate) mod runtime;
pub(crate) mod time;
pub(crate) mod url;
