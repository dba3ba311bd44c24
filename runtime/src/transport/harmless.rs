//! Decides which headers may be sent to another origin by a transport that follows redirects itself.

use http::HeaderName;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, USER_AGENT};

/// Returns whether a header either contains no secret or is removed by the transport on a redirect to another origin.
pub(crate) fn is_harmless(name: &HeaderName) -> bool {
    const HARMLESS: [HeaderName; 6] =
        [AUTHORIZATION, COOKIE, CONTENT_TYPE, CONTENT_LENGTH, ACCEPT, USER_AGENT];
    HARMLESS.contains(name)
}
