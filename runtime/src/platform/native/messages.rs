//! Uses reqwest's HTTP message types, which need no conversion.

use super::url::Url;
pub(crate) use reqwest::{Body, Error as BodyError, Request, Response};

pub(crate) fn body_of(body: Body) -> Body {
    body
}

#[expect(clippy::unnecessary_wraps, reason = "a browser might not report the URL")]
pub(crate) fn url_of(response: &Response) -> Option<&Url> {
    Some(response.url())
}

/// Attaches `extra` to a response that the user receives.
pub(crate) fn extend<T: Clone + Send + Sync + 'static>(response: &mut Response, extra: T) {
    response.extensions_mut().insert(extra);
}
