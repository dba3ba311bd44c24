//! Defines the types that users work with directly: the client, its builder, and the future of a call.
//! Start with `client.rs`.

#[cfg(all(feature = "blocking", target_family = "wasm"))]
mod absent;
pub(crate) mod api;
pub(crate) mod builder;
pub(crate) mod builder_auth;
pub(crate) mod builder_origins;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod builder_transport;
#[cfg(target_family = "wasm")]
#[path = "builder_web.rs"]
pub(crate) mod builder_transport;
#[expect(clippy::module_inception, reason = "the type `Client` is in a file of the same name")]
pub(crate) mod client;
pub(crate) mod pending;
pub(crate) mod refresh_settings;
