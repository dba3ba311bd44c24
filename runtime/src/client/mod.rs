//! What users hold: the client, its builder, and a call that is not sent yet. Read `client` first.

pub(crate) mod api;
pub(crate) mod builder;
pub(crate) mod builder_auth;
pub(crate) mod builder_origins;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod builder_transport;
#[cfg(target_family = "wasm")]
#[path = "builder_web.rs"]
pub(crate) mod builder_transport;
#[expect(clippy::module_inception, reason = "the type `Client` stands in a file of its name")]
pub(crate) mod client;
pub(crate) mod pending;
pub(crate) mod refresh_settings;
