//! What a user holds: the client, its builder, a call that is not sent yet. Start with `client`.

pub(crate) mod api;
pub(crate) mod builder;
pub(crate) mod builder_auth;
pub(crate) mod builder_origins;
pub(crate) mod client;
pub(crate) mod pending;
pub(crate) mod refresh_settings;
