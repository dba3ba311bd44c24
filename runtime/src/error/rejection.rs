//! An answer that says no, kept whole so that a caller can still read it: [`Rejection`].

use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// An answer of the server that refused a call: its status, headers and body.
///
/// The body of an answer that was refused on the way to a refresh is kept up to 64 KiB.
#[derive(Clone)]
pub struct Rejection {
    status: StatusCode,
    /// Made of `lines` for whoever asks.
    headers: OnceLock<Box<HeaderMap>>,
    /// Thousands may wait with a refusal that none of them shows; a list is half of what a map takes.
    lines: Box<[(HeaderName, HeaderValue)]>,
    body: Bytes,
}

impl Rejection {
    /// Keeps the headers as a list: thousands of calls may wait with a refusal that no caller reads.
    pub(crate) fn compact(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Self {
        let lines = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { status, headers: OnceLock::new(), lines, body }
    }

    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers: OnceLock::from(Box::new(headers)), lines: Box::default(), body }
    }

    /// The status, a 401 or 403 unless `refresh_on` says otherwise.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, as they came.
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

    /// The body, as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Headers and body stay out: they may hold a cookie or an echoed token.
impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
