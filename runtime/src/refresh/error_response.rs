//! Defines [`ErrorResponse`], a response without tokens (RFC 6749 §5.2), and decides whether such a response ends
//! the session.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::error_code::{self, ServerCode};
use super::session_ends::SessionEnds;
use crate::error::{Error, Kind};
use crate::format::media_type::MediaType;
use crate::format::retry_after::retry_after;

/// An error response from a refresh endpoint or a token endpoint (RFC 6749 §5.2). It contains no tokens.
///
/// If the server refuses a refresh, the error's [`source`](std::error::Error::source) is an `ErrorResponse`, both for a
/// `#[refresh]` method and for an [`oauth2`](crate::oauth2) grant. An `ErrorResponse` does not include the description
/// or body of the response, because both can contain secrets.
///
/// ```
/// use std::error::Error as _;
/// use afresh::oauth2::ErrorResponse;
///
/// fn code(error: &afresh::Error) -> Option<&str> {
///     let mut cause = error.source();
///     while let Some(error) = cause {
///         if let Some(response) = error.downcast_ref::<ErrorResponse>() {
///             return response.code();
///         }
///         cause = error.source();
///     }
///     None
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorResponse {
    status: StatusCode,
    code: Option<ServerCode>,
    retry_after: Option<Duration>,
}

impl ErrorResponse {
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        Self { status, code: error_code::shown(headers, body), retry_after: retry_after(headers) }
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error code, such as `invalid_client`. Returns `None` if none of the response's error fields contains
    /// a string that looks like an error code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| &*code.text)
    }

    /// Returns the time that the server asked the client to wait (RFC 9110 §10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(crate) fn into_error(self) -> Error {
        Error::new(Kind::Refresh, format!("{self}. Try again later")).with_source(self)
    }

    /// Returns the error for a failed refresh whose response might mean that the session has ended. The error message
    /// explains how to declare that the response ends the session.
    pub(crate) fn into_unclear_error(self) -> Error {
        let condition = self
            .code
            .as_ref()
            .map(|code| format!("`session_ends_when(json({:?}) == {:?})` or ", code.pointer, code.text));
        let text = format!(
            "{self}. If this response means that the server rejected the refresh token, declare {}`session_ends_on({})`",
            condition.unwrap_or_default(),
            self.status.as_u16(),
        );
        Error::new(Kind::Refresh, text).with_source(self)
    }
}

impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the refresh endpoint answered {}", self.status)?;
        match &self.code {
            Some(code) => write!(f, ": {}", code.text),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponse")
            .field("status", &self.status)
            .field("code", &self.code())
            .field("retry_after_seconds", &self.retry_after.map(|wait| wait.as_secs()))
            .finish()
    }
}

impl std::error::Error for ErrorResponse {}

/// The effect of an error response on the session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SessionEffect {
    /// The server rejected the refresh token.
    Rejected,
    /// The refresh failed but can be retried. The variant contains the wait time that the server requested, if any.
    Failed(Option<Duration>),
    /// The refresh failed but can be retried. The response might mean that the session has ended, but no declaration
    /// matches it.
    Unclear(Option<Duration>),
}

/// Whether the status means that the server did not process the request but might accept it later.
pub(crate) fn is_temporary(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
}

/// Decides whether an error response ends the session. A session ends only if the response matches a declared or
/// default rule, or contains an error code for a rejected refresh token. A declared rule takes precedence over every
/// error code.
pub(crate) fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    session_ends: &SessionEnds,
) -> SessionEffect {
    let page = is_page(headers, body);
    if !page && session_ends.is_declared(status, headers, body) {
        return SessionEffect::Rejected;
    }
    let processed = status.is_success() || status.is_client_error() && !is_temporary(status);
    let code = error_code::of(headers, body);
    if processed && code.as_ref().is_some_and(ServerCode::is_definite) {
        return SessionEffect::Rejected;
    }
    let blames_other = code.as_ref().is_some_and(|code| code.blames_other(status));
    if session_ends.is_usual(status) && !blames_other && !page {
        return SessionEffect::Rejected;
    }
    let wait = retry_after(headers);
    let unclear = processed && !blames_other && !page && wait.is_none();
    if unclear { SessionEffect::Unclear(wait) } else { SessionEffect::Failed(wait) }
}

/// Whether the response is an HTML page, regardless of its content type. An HTML page comes from a proxy or a
/// firewall, not from the endpoint itself.
fn is_page(headers: &HeaderMap, body: &Bytes) -> bool {
    MediaType::of(headers).is_html() || body.trim_ascii_start().starts_with(b"<")
}

/// Whether a gateway reports that the endpoint did not respond. The endpoint might have processed the request even if a
/// gateway reports no response. A 503 response is attributed to a gateway only if its body is an HTML page or an Envoy
/// error message, because the endpoint itself can also send a 503 response.
pub(crate) fn is_without_answer(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
    const ENVOY: [&[u8]; 2] = [b"upstream connect error", b"no healthy upstream"];
    match status.as_u16() {
        502 | 504 => true,
        503 => is_page(headers, body) || ENVOY.iter().any(|start| body.starts_with(start)),
        _ => false,
    }
}

/// Whether the response is an error despite its success status. Some servers report errors with status 200.
pub(crate) fn is_error(headers: &HeaderMap, body: &Bytes) -> bool {
    error_code::says_error(headers, body)
}

#[cfg(test)]
mod tests;
