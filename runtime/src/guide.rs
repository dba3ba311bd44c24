//! Explains how to use this crate, with one page for each topic. The documentation of [`macro@crate::api`] describes
//! all attributes.
//!
//! | page | topic |
//! |---|---|
//! | [`auth`] | login, refresh and logout for all common kinds of API; what a 403 means |
//! | `login` (feature `login`) | a user logs in: with a browser, in a web server, with a code on a second device; when a login ends |
//! | [`stores`] | sessions that survive a restart or are shared between processes |
//! | [`browser`] | the same trait in a web page, one session in all tabs; what differs in a browser |
//! | [`arguments`] | how parameters are encoded in a request |
//! | [`bodies`] | JSON, forms, multipart, files and streams; what is sent again after a refresh |
//! | [`streams`] | responses that are read as they arrive |
//! | [`lists`] | lists that the server splits into pages |
//! | [`calls`] | options of one call, retries, layers, calls without async code |
//! | [`users`] | one client for many users: sessions, stores with one key per user, a bounded map |
//! | [`errors`] | the possible errors, and how to handle them |
//! | [`testing`] | testing code that calls an API, with or without a network |
//!
//! The modules of the guide contain only documentation.

#[doc = include_str!("../docs/guide/auth.md")]
pub mod auth {}

#[cfg(feature = "login")]
#[cfg_attr(docsrs, doc(cfg(feature = "login")))]
#[doc = include_str!("../docs/guide/login.md")]
pub mod login {}

#[doc = include_str!("../docs/guide/stores.md")]
pub mod stores {}

#[doc = include_str!("../docs/guide/browser.md")]
///
/// ```rust,ignore
#[doc = include_str!("../docs/guide/browser_page.rs")]
/// ```
///
#[doc = include_str!("../docs/guide/browser_tabs.md")]
/// # Yew
///
/// In the example, `ShopClient` is the client that the macro generates for your trait `Shop`. To call the
/// client's methods, import the trait as well.
///
/// ```rust,ignore
#[doc = include_str!("../docs/guide/browser_yew.rs")]
/// ```
///
/// # Leptos
///
/// ```rust,ignore
#[doc = include_str!("../docs/guide/browser_leptos.rs")]
/// ```
#[doc = include_str!("../docs/guide/browser_table.md")]
pub mod browser {}

#[doc = include_str!("../docs/guide/arguments.md")]
pub mod arguments {}

#[doc = include_str!("../docs/guide/bodies.md")]
pub mod bodies {}

#[doc = include_str!("../docs/guide/streams.md")]
pub mod streams {}

#[doc = include_str!("../docs/guide/lists.md")]
pub mod lists {}

#[doc = include_str!("../docs/guide/calls.md")]
pub mod calls {}

#[doc = include_str!("../docs/guide/users.md")]
pub mod users {}

#[doc = include_str!("../docs/guide/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
