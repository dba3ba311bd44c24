//! Abstracts over operating systems, async runtimes and browsers: tasks, clocks and HTTP messages.
//! Start with `clock.rs`.
//!
//! The modules `native` and `web` define the same names. Other code for browser builds is in `store/tab`, in the
//! `absent.rs` files, in `transport/fetch.rs`, in `client/builder_web.rs`, and behind conditions on `IN_BROWSER` or
//! `target_family`.

#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub(crate) mod background;
pub(crate) mod backoff;
pub(crate) mod clock;
pub(crate) mod deadline;
pub(crate) mod fetch_error;
pub(crate) mod idempotency_key;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod native;
pub(crate) mod task;
pub(crate) mod watchdog;
#[cfg(target_family = "wasm")]
pub(crate) mod web;

#[cfg(not(target_family = "wasm"))]
pub(crate) use self::native::{
    NotInBrowser, base64, exchange_lock, messages, multipart, number, peek, random, runtime, swap, time, url,
};
#[cfg(target_family = "wasm")]
pub(crate) use self::web::{
    NotInBrowser, absent, base64, exchange_lock, fetch, messages, multipart, number, peek, random, runtime,
    swap, text, time, url,
};

/// Whether the crate runs in a browser. A browser stores cookies and follows redirects itself.
pub(crate) const IN_BROWSER: bool = cfg!(target_family = "wasm");
