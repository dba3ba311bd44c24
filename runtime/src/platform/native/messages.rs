//! The messages of HTTP are those of reqwest, so that nothing is converted.

use crate::platform::url::Url;
pub(crate) use reqwest::{Body, Error as BodyError, Request, Response};

/// The body of a request that the user gave.
pub(crate) fn body_of(body: Body) -> Body {
    body
}

/// The URL that answered.
#[expect(clippy::unnecessary_wraps, reason = "a browser may not say it")]
pub(crate) fn url_of(response: &Response) -> Option<&Url> {
    Some(response.url())
}

/// Attaches `extra` to an answer that is passed on to the user.
pub(crate) fn extend<T: Clone + Send + Sync + 'static>(response: &mut Response, extra: T) {
    response.extensions_mut().insert(extra);
}
