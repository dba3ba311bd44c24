//! Which headers a transport that follows redirects by itself may take to another origin.

use http::HeaderName;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, USER_AGENT};

/// Whether the transport removes the header on the way to another origin, or it holds no secret.
pub(crate) fn is_harmless(name: &HeaderName) -> bool {
    const HARMLESS: [HeaderName; 6] =
        [AUTHORIZATION, COOKIE, CONTENT_TYPE, CONTENT_LENGTH, ACCEPT, USER_AGENT];
    HARMLESS.contains(name)
}
