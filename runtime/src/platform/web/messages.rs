//! HTTP messages in a browser.

pub(crate) use super::body::{Body, body_of};
pub(crate) use super::incoming::BodyError;
pub(crate) use super::request::Request;
pub(crate) use super::response::{Response, url_of};

/// The user gets no answer whose body is not read.
pub(crate) fn extend<T>(_: &mut Response, _: T) {}
