//! Defines [`Response`], a response from `fetch`. [`Response`] provides the methods of `reqwest::Response` that the
//! runtime uses.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use wasm_bindgen::{JsCast, JsValue};

use super::incoming::{AbortOnDrop, BodyError, Incoming};
use super::url::Url;

pub(crate) struct Response {
    status: StatusCode,
    headers: HeaderMap,
    url: Option<Url>,
    body: Incoming,
}

impl Response {
    pub(super) fn of(response: &web_sys::Response, abort: AbortOnDrop) -> Self {
        Self {
            status: StatusCode::from_u16(response.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: headers_of(&response.headers()),
            url: Url::parse(&response.url()).ok(),
            body: Incoming::of(response, abort),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Returns a fixed HTTP version, because the browser does not expose the actual version.
    #[expect(clippy::unused_self, reason = "the signature must match reqwest")]
    pub(crate) fn version(&self) -> Version {
        Version::HTTP_11
    }

    /// Returns `None`, because the browser might have decompressed the body, so `content-length` is unreliable.
    #[expect(clippy::unused_self, reason = "the signature must match reqwest")]
    pub(crate) fn content_length(&self) -> Option<u64> {
        None
    }

    /// Returns the next chunk of the body. This function is cancel safe.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, BodyError> {
        poll_fn(|context| Pin::new(&mut self.body).poll_next(context)).await.transpose()
    }

    pub(crate) fn bytes_stream(self) -> Incoming {
        self.body
    }

    pub(super) fn put_back(&mut self, chunks: impl DoubleEndedIterator<Item = Result<Bytes, BodyError>>) {
        self.body.put_back(chunks);
    }
}

/// Returns the URL that the response came from. If the browser followed a redirect, the returned URL is the redirect
/// target.
pub(crate) fn url_of(response: &Response) -> Option<&Url> {
    response.url.as_ref()
}

/// Creates a response that did not come from a server.
impl From<http::Response<Bytes>> for Response {
    fn from(response: http::Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status, headers: head.headers, url: None, body: Incoming::whole(body) }
    }
}

fn headers_of(headers: &web_sys::Headers) -> HeaderMap {
    let mut map = HeaderMap::new();
    for entry in js_sys::try_iter(headers).ok().flatten().into_iter().flatten().flatten() {
        if let Some((name, value)) = header_of(&entry) {
            map.append(name, value);
        }
    }
    map
}

fn header_of(entry: &JsValue) -> Option<(HeaderName, HeaderValue)> {
    let entry = entry.dyn_ref::<js_sys::Array>()?;
    let name = HeaderName::from_bytes(entry.get(0).as_string()?.as_bytes()).ok()?;
    // Each character represents one byte of the header value.
    let value: Option<Vec<u8>> =
        entry.get(1).as_string()?.chars().map(|character| u8::try_from(character).ok()).collect();
    Some((name, HeaderValue::from_bytes(&value?).ok()?))
}
