//! Implements the platform for browsers, based on JavaScript tasks and timers and the `fetch` function.
//! Start with `fetch.rs`.
//!
//! A JavaScript value cannot be moved to another thread. Each JavaScript value is wrapped in a `SendWrapper`, so all
//! signatures can require `Send`, as on every other target.

pub(crate) mod absent;
pub(crate) mod base64;
mod body;
pub(crate) mod exchange_lock;
pub(crate) mod fetch;
mod incoming;
pub(crate) mod messages;
pub(crate) mod multipart;
mod not_in_browser;
pub(crate) mod number;
pub(crate) mod peek;
pub(crate) mod random;
mod request;
mod response;
pub(crate) mod runtime;
pub(crate) mod swap;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod url;

pub(crate) use self::not_in_browser::NotInBrowser;
