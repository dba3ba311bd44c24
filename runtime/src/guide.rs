//! How to do things with this crate, one page for each kind of thing. What there is at all stands in the
//! tables of [`macro@crate::api`]; these pages show what it is for.
//!
//! | page | for |
//! |---|---|
//! | [`auth`] | login, refresh and logout, in every common shape; what a 403 means |
//! | [`stores`] | sessions that outlive their process, and that many processes share |
//! | [`arguments`] | what a parameter looks like on the wire |
//! | [`bodies`] | JSON, forms, parts, files and streams; what is sent again after a refresh |
//! | [`streams`] | answers that are read as they arrive, or in pages |
//! | [`errors`] | what can go wrong, and what to do then |
//! | [`testing`] | tests of code that calls an API, with and without a network |
//!
//! There is nothing here but documentation.

#[doc = include_str!("../docs/guide/auth.md")]
pub mod auth {}

#[doc = include_str!("../docs/guide/stores.md")]
pub mod stores {}

#[doc = include_str!("../docs/guide/arguments.md")]
pub mod arguments {}

#[doc = include_str!("../docs/guide/bodies.md")]
pub mod bodies {}

#[doc = include_str!("../docs/guide/streams.md")]
pub mod streams {}

#[doc = include_str!("../docs/guide/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
