//! A transport that sends requests with hyper-util's client. Read `client` first.

pub(crate) mod client;
pub(crate) mod connector;
pub(crate) mod host;
pub(crate) mod network;
pub(crate) mod response;
