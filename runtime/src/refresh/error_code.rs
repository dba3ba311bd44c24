//! [`ServerCode`] is the error code in a refresh endpoint's response. OAuth defines a standard field for the error code
//! (RFC 6749 §5.2), but some servers use different fields.

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::format::charset::without_bom;
use crate::format::form_document;

/// An error code, and the JSON pointer to the field that contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerCode {
    pub(crate) pointer: &'static str,
    pub(crate) text: String,
}

/// The field in which OAuth servers send the error code (RFC 6749 §5.2).
const STANDARD: &str = "/error";

/// The fields in which non-OAuth APIs send error codes. An error code in a non-standard field is ignored unless it
/// indicates that the refresh token was rejected.
const OTHER_PLACES: [&str; 8] = [
    "/code",
    "/error_code",
    "/errcode",
    "/error/code",
    "/errors/0/code",
    "/errors/0/extensions/code",
    "/error/message",
    "/error/name",
];

/// The error codes with which OAuth servers, Django's simplejwt, `GoTrue`, GitHub and others reject a refresh token.
const DEFINITE: [&str; 11] = [
    "bad_refresh_token",
    "invalid_grant",
    "invalid_refresh_token",
    "invalid_token",
    "refresh_token_already_used",
    "refresh_token_not_found",
    "session_expired",
    "session_not_found",
    "token_expired",
    "token_not_valid",
    "token_revoked",
];

/// Error codes from RFC 6749 §5.2 and RFC 8628 §3.5 that indicate a problem with the client, the request or the server
/// rather than with the refresh token.
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

/// The maximum length, in bytes, of an error code that is shown to the user.
const LONGEST: usize = 40;

impl ServerCode {
    /// Whether the error code means that the refresh token is rejected.
    pub(super) fn is_definite(&self) -> bool {
        is_definite(&self.text)
    }

    /// Whether the error code names a cause other than the refresh token.
    pub(super) fn blames_other(&self, status: StatusCode) -> bool {
        // According to RFC 6749 §5.2, servers send `invalid_request` with status 400. Some servers reject a refresh
        // token with `invalid_request` and status 401 or 403.
        let rejects = self.text == "invalid_request" && status != StatusCode::BAD_REQUEST;
        !rejects && OTHERS.contains(&&*self.text)
    }
}

/// Returns the error code that determines how the response is classified. If any field contains an error code for a
/// rejected refresh token, this error code takes precedence over any other error code in the RFC 6749 field.
pub(super) fn of(headers: &HeaderMap, body: &[u8]) -> Option<ServerCode> {
    let document = document(headers, body)?;
    let standard = text_at(&document, STANDARD);
    let definite =
        || OTHER_PLACES.iter().find_map(|place| text_at(&document, place).filter(ServerCode::is_definite));
    match standard {
        Some(standard) if standard.is_definite() => Some(standard),
        standard => definite().or(standard),
    }
}

/// Whether the body of a successful response reports an error. A body reports an error if it has the error field from
/// RFC 6749, or a top-level error code for a rejected refresh token.
pub(super) fn says_error(headers: &HeaderMap, body: &[u8]) -> bool {
    let Some(document) = document(headers, body) else { return false };
    let definite = |place| text_at(&document, place).is_some_and(|code| code.is_definite());
    text_at(&document, STANDARD).is_some() || definite("/code") || definite("/error_code")
}

/// Returns the error code that is shown to the user. Only a string that looks like an error code is shown, because
/// other strings can contain secrets.
pub(super) fn shown(headers: &HeaderMap, body: &[u8]) -> Option<ServerCode> {
    let document = document(headers, body)?;
    let mut places = [STANDARD].into_iter().chain(OTHER_PLACES);
    places.find_map(|place| text_at(&document, place).filter(|code| looks_like_a_code(&code.text)))
}

pub(crate) fn document(headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    let body = without_bom(body);
    serde_json::from_slice(body).ok().or_else(|| form_document::read(headers, body))
}

fn text_at(document: &Value, pointer: &'static str) -> Option<ServerCode> {
    let text = document.pointer(pointer)?.as_str().filter(|text| !text.is_empty())?;
    Some(ServerCode { pointer, text: text.to_owned() })
}

fn is_definite(code: &str) -> bool {
    DEFINITE.iter().any(|known| known.eq_ignore_ascii_case(code))
}

/// Whether the string consists only of letters and underscores. A string with digits or other characters might be a
/// secret.
pub(crate) fn looks_like_a_code(text: &str) -> bool {
    text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}
