//! The way to a server: reqwest, hyper or any tower service, and the address they are used for. Start with
//! `upstream`.

pub(crate) mod body;
#[cfg(feature = "hyper")]
pub(crate) mod hyper;
pub(crate) mod origin;
pub(crate) mod peek;
pub(crate) mod redirect;
pub(crate) mod response;
pub(crate) mod transport;
pub(crate) mod upstream;
