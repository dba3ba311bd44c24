//! Everything but a browser: the runtime and the timers of Tokio, the messages of reqwest.

pub(crate) mod messages;
pub(crate) mod multipart;
pub(crate) mod peek;
pub(crate) mod random;
pub(crate) mod runtime;
pub(crate) mod time;
pub(crate) mod url;
