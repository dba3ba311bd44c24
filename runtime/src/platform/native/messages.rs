//! Uses reqwest's HTTP message types, which need no conversion.

use crate::platform::url::Url;
pub(crate) use reqwest::{Body, Error as BodyError, Request, Response};

/// Returns the request body that the user provided.
pub(crate) fn body_of(body: Body) -> Body {
    body
}

/// Returns the URL that the response came from.
#[expect(clippy::unnecessary_wraps, reason = "a browser might not report the URL")]
pub(crate) fn url_of(response: &Response) -> Option<&Url> {
    Some(response.url())
}

/// Attaches `extra` to a response that the user receives.
pub(crate) fn extend<T: Clone + Send + Sync + 'static>(response: &mut Response, extra: T) {
    response.extensions_mut().insert(extra);
}
