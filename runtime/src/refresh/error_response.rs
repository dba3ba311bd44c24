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

/// The response of a refresh or token endpoint without tokens (RFC 6749 §5.2).
///
/// An `ErrorResponse` is the [`source`](std::error::Error::source) of the error of a refused refresh, for a
/// `#[refresh]` method and for a grant of [`oauth2`](crate::oauth2). An `ErrorResponse` does not include the
/// description or the body of the response, because both may contain secrets.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

    /// Returns the error code, such as `invalid_client`. Returns `None` if the response has no error code, or if
    /// its value does not look like a code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| &*code.text)
    }

    /// Returns how long the server requested to wait (RFC 9110 §10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(crate) fn into_error(self) -> Error {
        Error::new(Kind::Refresh, self.to_string()).with_source(self)
    }

    /// Returns the error of a refresh that failed, although the response may mean the end of the session. The
    /// error explains how to declare that this response ends the session.
    pub(crate) fn into_unclear_error(self) -> Error {
        let condition = self
            .code
            .as_ref()
            .map(|code| format!("`session_ends_when(json({:?}) == {:?})` or ", code.pointer, code.text));
        let text = format!(
            "{self}. If this means that the refresh token is rejected, declare {}`session_ends_on({})`",
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

impl std::error::Error for ErrorResponse {}

/// The effect of an error response on the session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The response rejects the refresh token.
    Rejected,
    /// The refresh failed and may be retried. The value is the wait that the server requested.
    Failed(Option<Duration>),
    /// The refresh failed and may be retried. The response may mean the end of the session, but no declaration
    /// matches the response.
    Unclear(Option<Duration>),
}

/// Decides whether an error response ends the session. Only a definite rejection of the refresh token ends a
/// session: a declaration of the user that matches, or an error code that rejects the refresh token. Declarations
/// of the user take precedence over all codes.
pub(crate) fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    session_ends: &SessionEnds,
) -> Ending {
    let page = is_page(headers, body);
    if !page && session_ends.is_declared(status, headers, body) {
        return Ending::Rejected;
    }
    let spoken =
        status.is_success() || status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429);
    let code = error_code::of(headers, body);
    if spoken && code.as_ref().is_some_and(ServerCode::is_definite) {
        return Ending::Rejected;
    }
    let blames_other = code.as_ref().is_some_and(|code| code.blames_other(status));
    if session_ends.is_usual(status) && !blames_other && !page {
        return Ending::Rejected;
    }
    let wait = retry_after(headers);
    let unclear = spoken && !blames_other && !page && wait.is_none();
    if unclear { Ending::Unclear(wait) } else { Ending::Failed(wait) }
}

/// Whether the response is an HTML page of a proxy or firewall, with or without the content type. A page of a
/// proxy means that the endpoint itself has not answered.
fn is_page(headers: &HeaderMap, body: &Bytes) -> bool {
    MediaType::of(headers).is_html() || body.trim_ascii_start().starts_with(b"<")
}

/// Whether a gateway reports that the endpoint did not answer. The endpoint may have processed the request. The
/// endpoint itself can also send a 503, so a 503 is attributed to a gateway only if its body is an HTML page or
/// the text of an Envoy proxy.
pub(crate) fn is_without_answer(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
    const ENVOY: [&[u8]; 2] = [b"upstream connect error", b"no healthy upstream"];
    match status.as_u16() {
        502 | 504 => true,
        503 => is_page(headers, body) || ENVOY.iter().any(|start| body.starts_with(start)),
        _ => false,
    }
}

/// Whether the response is an error although its status is a success. Some servers report errors with status 200.
pub(crate) fn is_error(headers: &HeaderMap, body: &Bytes) -> bool {
    error_code::says_error(headers, body)
}

#[cfg(test)]
mod tests;
