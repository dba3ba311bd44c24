//! What a response without tokens says (RFC 6749 §5.2): [`ErrorResponse`], and whether it ends the session.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::error::{Error, Kind};
use crate::format::date;
use crate::format::media_type::MediaType;

/// The response of a refresh or token endpoint that has no tokens (RFC 6749 §5.2).
///
/// It is the [`source`](std::error::Error::source) of the error of a refused refresh, for a `#[refresh]`
/// method and for a grant of [`oauth2`](crate::oauth2). It does not include the description or the body,
/// because they may hold secrets.
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
    code: Option<String>,
    retry_after: Option<Duration>,
}

impl ErrorResponse {
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        let code = error_code(body)
            .filter(|code| code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        Self { status, code, retry_after: retry_after(headers) }
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error code, such as `invalid_client`. `None` if the response has none, or one that does
    /// not look like a code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns how long the server asked to wait (RFC 9110 §10.2.3).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(crate) fn into_error(self) -> Error {
        Error::new(Kind::Refresh, self.to_string()).with_source(self)
    }
}

impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the refresh endpoint answered {}", self.status)?;
        match &self.code {
            Some(code) => write!(f, ": {code}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ErrorResponse {}

/// Error codes that reject the refresh token: those of OAuth, of Django's simplejwt, and of `GoTrue`.
const DEFINITE: [&str; 8] = [
    "invalid_grant",
    "invalid_token",
    "refresh_token_already_used",
    "refresh_token_not_found",
    "session_expired",
    "session_not_found",
    "token_expired",
    "token_not_valid",
];

/// What an error response means for the session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The refresh token is rejected.
    Rejected,
    /// The refresh failed for now. The value is the wait that the server asked for.
    Failed(Option<Duration>),
}

/// Only a definite rejection of the refresh token ends a session: an error code that says so, or a status
/// that the user declared.
pub(crate) fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    ends_on: &[StatusCode],
) -> Ending {
    // RFC 6749 §5.2, RFC 8628 §3.5: these blame the client, the request or the server, and not the refresh
    // token.
    const OTHERS: [&str; 8] = [
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "slow_down",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
    ];
    let spoken =
        status.is_success() || status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429);
    // RFC 6749 §5.2 uses it with status 400. With 401 or 403, some servers reject the refresh token by it.
    let code = error_code(body).filter(|code| code != "invalid_request" || status == StatusCode::BAD_REQUEST);
    let is = |codes: &[&str]| code.as_ref().is_some_and(|code| codes.contains(&code.as_str()));
    if spoken && is(&DEFINITE) {
        return Ending::Rejected;
    }
    if ends_on.contains(&status) && !is(&OTHERS) && !is_page(headers, body) {
        return Ending::Rejected;
    }
    Ending::Failed(retry_after(headers))
}

/// An HTML page is from a proxy or firewall, also without the content type. The endpoint itself has not
/// answered.
fn is_page(headers: &HeaderMap, body: &Bytes) -> bool {
    MediaType::of(headers).is_html() || body.trim_ascii_start().starts_with(b"<")
}

/// Whether a gateway reports that the endpoint did not answer. The endpoint may have processed the request. A 503 can
/// be from the endpoint itself. It is from a gateway if its body is an HTML page or the text of an Envoy proxy.
pub(crate) fn is_without_answer(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
    const ENVOY: [&[u8]; 2] = [b"upstream connect error", b"no healthy upstream"];
    match status.as_u16() {
        502 | 504 => true,
        503 => is_page(headers, body) || ENVOY.iter().any(|start| body.starts_with(start)),
        _ => false,
    }
}

/// Some servers report an error with status 200.
pub(crate) fn is_error(body: &Bytes) -> bool {
    error_code(body).is_some()
}

/// The `error` of RFC 6749 §5.2. Some servers use `code` or `error_code`, which mean other things elsewhere.
fn error_code(body: &Bytes) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |name| body.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let known = |name| text(name).filter(|code| DEFINITE.contains(&code.as_str()));
    text("error").or_else(|| known("code")).or_else(|| known("error_code"))
}

/// Seconds or a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = date::parse(text)?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;

    use super::*;

    fn ending(status: u16, body: &'static str, html: bool, ends_on: &[StatusCode]) -> Ending {
        let mut headers = HeaderMap::new();
        let kind = if html { "Text/HTML; charset=utf-8" } else { "application/json" };
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        classify(
            StatusCode::from_u16(status).unwrap(),
            &headers,
            &Bytes::from_static(body.as_bytes()),
            ends_on,
        )
    }

    /// D3, D4: only a definite rejection ends the session.
    #[test]
    fn an_oauth_code_ends_the_session_and_an_html_page_does_not() {
        let both = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        let grant = r#"{"error":"invalid_grant"}"#;
        let plain = r#"{"status":{"text":"jwt expired"}}"#;
        for status in [400, 401, 403] {
            assert_eq!(ending(status, grant, false, &[]), Ending::Rejected);
        }
        assert_eq!(ending(403, plain, false, &[]), Ending::Failed(None));
        assert_eq!(ending(403, plain, false, &both), Ending::Rejected);
        assert_eq!(ending(401, "", false, &both), Ending::Rejected);
        assert_eq!(ending(403, "<html>", true, &both), Ending::Failed(None));
        assert_eq!(ending(403, "\n<!DOCTYPE html>", false, &both), Ending::Failed(None));
        assert_eq!(ending(401, r#"{"error":"invalid_client"}"#, false, &both), Ending::Failed(None));
        assert_eq!(ending(401, r#"{"error":"Unauthorized"}"#, false, &both), Ending::Rejected);
        assert_eq!(ending(400, r#"{"error":"invalid_request"}"#, false, &both), Ending::Failed(None));
        // As league/oauth2-server before version 9 rejects a refresh token, under Laravel Passport.
        assert_eq!(ending(401, r#"{"error":"invalid_request"}"#, false, &both), Ending::Rejected);
        assert_eq!(ending(401, r#"{"error":"invalid_request"}"#, false, &[]), Ending::Failed(None));
        for status in [404, 408, 429, 500, 502, 503] {
            let definite = ending(status, grant, false, &both) == Ending::Rejected;
            assert_eq!(definite, status == 404, "{status}");
            assert_eq!(ending(status, plain, false, &both), Ending::Failed(None));
        }
    }

    /// D4: some servers have fields of their own for these codes. Other codes in the fields mean other
    /// things.
    #[test]
    fn codes_in_other_fields_end_the_session() {
        let simplejwt = r#"{"detail":"Token is blacklisted","code":"token_not_valid"}"#;
        let gotrue = r#"{"code":400,"error_code":"refresh_token_not_found","msg":"Invalid Refresh Token"}"#;
        let newer_gotrue = r#"{"code":"refresh_token_already_used","message":"Invalid Refresh Token"}"#;
        for (status, body) in [(401, simplejwt), (400, gotrue), (400, newer_gotrue)] {
            assert_eq!(ending(status, body, false, &[]), Ending::Rejected, "{body}");
        }
        let unknown = r#"{"code":"over_request_rate_limit","error_code":"conflict"}"#;
        assert_eq!(ending(400, unknown, false, &[]), Ending::Failed(None));
        assert!(!is_error(&Bytes::from_static(br#"{"access_token":"a","code":"ok"}"#)));
    }
}
