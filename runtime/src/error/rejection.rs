//! [`Rejection`] is the response with which the server refused a call.

use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::format::json_pointer::look_up;
use crate::format::media_type::MediaType;

/// The response with which the server refused a call: its status, headers and body.
///
/// [`Error::rejection`](crate::Error::rejection) returns this value. The functions passed to
/// [`expired_when`](crate::ClientBuilder::expired_when) and [`forbidden_when`](crate::ClientBuilder::forbidden_when)
/// receive a `Rejection` as their argument.
///
/// If the refusal triggered a refresh, at most 64 KiB of the response body is kept. A rule that examines the response
/// receives at most the first 16 KiB of the body, and only the part that arrived within one second.
#[derive(Clone)]
pub struct Rejection {
    status: StatusCode,
    /// The header map, which is built from `lines` on first use.
    headers: OnceLock<Box<HeaderMap>>,
    /// The headers as a list, which needs half as much memory as a map. Thousands of waiting calls can each keep a
    /// rejection that is never read.
    lines: Box<[(HeaderName, HeaderValue)]>,
    body: Bytes,
    cut: bool,
}

impl Rejection {
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

    /// Returns the status. The status is 401 or 403, unless `refresh_on` sets other status codes.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers as the server sent them.
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

    /// Returns the body as the server sent it.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the value at a JSON pointer (RFC 6901) in the body, such as `"/error/code"`. Returns `None` if the body
    /// is not JSON, if the body has no value at `pointer`, or if the value is cut off at the end of
    /// [`body`](Self::body).
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

    /// Returns whether the response is a web page. Gateways and firewalls often return a web page instead of the API's
    /// response.
    #[must_use]
    pub fn is_html(&self) -> bool {
        MediaType::of(self.headers()).is_html()
    }
}

/// The `Debug` output omits the headers and the body, because they can contain a cookie or an echoed token.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
