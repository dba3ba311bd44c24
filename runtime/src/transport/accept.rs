//! Requests JSON from a token endpoint, because some endpoints return urlencoded data by default.

use http::HeaderValue;
use http::header::ACCEPT;

use crate::platform::messages::Request;

/// Adds `accept: application/json` unless the request already has an `accept` header.
pub(crate) fn prefer_json(request: &mut Request) {
    request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
}
