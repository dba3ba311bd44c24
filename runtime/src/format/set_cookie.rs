//! Detects whether a response sets cookies.

use http::HeaderMap;
use http::header::SET_COOKIE;

/// Returns whether the given headers set a cookie. A response has few headers, so a scan costs less than a lookup.
pub(crate) fn has_set_cookie(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name == SET_COOKIE)
}
