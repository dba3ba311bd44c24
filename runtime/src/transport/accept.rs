//! Asks a token endpoint for JSON, because some answer urlencoded otherwise.

use http::HeaderValue;
use http::header::ACCEPT;

use crate::platform::messages::Request;

/// Adds `accept: application/json` unless the request has another one.
pub(crate) fn prefer_json(request: &mut Request) {
    request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
}
