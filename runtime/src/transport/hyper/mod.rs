//! Sends requests with hyper-util's client. Start with `client.rs`.

pub(crate) mod client;
pub(crate) mod connector;
pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod response;
