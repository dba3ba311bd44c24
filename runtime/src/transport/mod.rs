//! How requests reach a server: reqwest, hyper, or any tower service.
//!
//! A client uses reqwest unless its builder says otherwise, see [`ClientBuilder::http`](crate::ClientBuilder::http),
//! [`http_builder`](crate::ClientBuilder::http_builder) and [`transport`](crate::ClientBuilder::transport). With the
//! feature `hyper` there is `HyperTransport`, which does less and costs about half as much.

// To read the code of this folder, start with `upstream.rs`.

pub(crate) mod body;
pub(crate) mod call_info;
#[cfg(feature = "hyper")]
pub(crate) mod hyper;
pub(crate) mod origin;
pub(crate) mod peek;
pub(crate) mod redirect;
pub(crate) mod response;
pub(crate) mod transport;
pub(crate) mod upstream;

#[cfg(feature = "hyper")]
#[cfg_attr(docsrs, doc(cfg(feature = "hyper")))]
pub use self::hyper::client::HyperTransport;
