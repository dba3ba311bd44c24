//! Defines the HTTP message types for browsers.

pub(crate) use super::body::{Body, body_of};
pub(crate) use super::incoming::BodyError;
pub(crate) use super::request::Request;
pub(crate) use super::response::{Response, url_of};

/// Does nothing, because callers in a browser never receive a response with an unread body.
pub(crate) fn extend<T>(_: &mut Response, _: T) {}
