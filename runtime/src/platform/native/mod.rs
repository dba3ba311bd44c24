//! Implements the platform outside browsers, based on Tokio's runtime and timers and reqwest's message types.
//! Start with `time.rs`.

pub(crate) mod base64;
pub(crate) mod exchange_lock;
pub(crate) mod messages;
pub(crate) mod multipart;
mod not_in_browser;
pub(crate) mod number;
pub(crate) mod peek;
pub(crate) mod random;
pub(crate) mod runtime;
pub(crate) mod swap;
pub(crate) mod time;
pub(crate) mod url;

pub(crate) use self::not_in_browser::NotInBrowser;
