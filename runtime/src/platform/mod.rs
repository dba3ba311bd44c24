//! Contains the primitives that differ between platforms, such as tasks, clocks and messages; `native` and `web` (a
//! browser) define the same names. The other differences of a browser build are in `store/tab`, in the `absent.rs` files,
//! in `transport/fetch.rs` and `client/builder_web.rs`, and at the conditions on `IN_BROWSER` and `target_family`.

// To read the code in this folder, start with `clock.rs`.

#[cfg(all(feature = "blocking", not(target_family = "wasm")))]
pub(crate) mod background;
pub(crate) mod clock;
pub(crate) mod deadline;
pub(crate) mod fetch_error;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod native;
pub(crate) mod task;
pub(crate) mod watchdog;
#[cfg(target_family = "wasm")]
pub(crate) mod web;

#[cfg(not(target_family = "wasm"))]
pub(crate) use self::native::{exchange_lock, messages, multipart, peek, random, runtime, time, url};
#[cfg(target_family = "wasm")]
pub(crate) use self::web::{
    absent, exchange_lock, fetch, messages, multipart, peek, random, runtime, text, time, url,
};

/// Whether the runtime is running in a browser. A browser stores cookies and follows redirects itself.
pub(crate) const IN_BROWSER: bool = cfg!(target_family = "wasm");
