//! The answer with which a server refused a call: [`Rejection`].

use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::format::json_pointer::look_up;
use crate::format::media_type::MediaType;

/// The answer with which the server refused a call: its status, headers and body.
///
/// Returned by [`Error::rejection`](crate::Error::rejection), and given to the rules
/// [`expired_when`](crate::ClientBuilder::expired_when) and [`forbidden_when`](crate::ClientBuilder::forbidden_when).
///
/// In an error, the body is kept up to 64 KiB. A rule sees at most the first 16 KiB of it, or what arrived within one
/// second.
#[derive(Clone)]
pub struct Rejection {
    status: StatusCode,
    /// Made of `lines` at the first use.
    headers: OnceLock<Box<HeaderMap>>,
    /// A list takes half the memory of a map. Thousands of waiting calls may each hold a rejection that is never read.
    lines: Box<[(HeaderName, HeaderValue)]>,
    body: Bytes,
    /// Whether the end of the body is missing.
    cut: bool,
}

impl Rejection {
    /// Keeps the headers as a list: thousands of calls may wait with a refusal that no caller reads.
    pub(crate) fn compact(status: StatusCode, headers: &HeaderMap, body: Bytes, cut: bool) -> Self {
        let lines = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { status, headers: OnceLock::new(), lines, body, cut }
    }

    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers: OnceLock::from(Box::new(headers)), lines: Box::default(), body, cut: false }
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) fn into_headers(self) -> HeaderMap {
        self.headers.into_inner().map(|headers| *headers).unwrap_or_default()
    }

    /// The status: a 401 or 403, unless `refresh_on` declares others.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, as the server sent them.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.headers.get_or_init(|| {
            let mut headers = HeaderMap::with_capacity(self.lines.len());
            for (name, value) in &self.lines {
                headers.append(name.clone(), value.clone());
            }
            Box::new(headers)
        })
    }

    /// The body, as the server sent it.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The value at a JSON pointer (RFC 6901) in the body, such as `"/error/code"`. `None` if the body is not JSON, if it
    /// has no such value, or if the value does not end within [`body`](Self::body).
    ///
    /// ```
    /// # fn example(rejection: &afresh::Rejection) -> bool {
    /// rejection.pointer("/error/code").is_some_and(|code| code == "TOKEN_EXPIRED")
    /// # }
    /// ```
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<Value> {
        look_up(&self.body, pointer)
    }

    /// Whether the answer is a web page: gateways and firewalls often answer with one in place of the API.
    #[must_use]
    pub fn is_html(&self) -> bool {
        MediaType::of(self.headers()).is_html()
    }
}

/// Shows neither headers nor body: they may hold a cookie or an echoed token.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
