//! A transport on hyper-util's client. Start with `client`.

pub(crate) mod client;
pub(crate) mod connector;
pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod response;
