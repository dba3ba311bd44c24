//! Implements the platform outside browsers, based on Tokio's runtime and timers and reqwest's message types. Start
//! with `time`.

pub(crate) mod exchange_lock;
pub(crate) mod messages;
pub(crate) mod multipart;
pub(crate) mod peek;
pub(crate) mod random;
pub(crate) mod runtime;
pub(crate) mod time;
pub(crate) mod url;
