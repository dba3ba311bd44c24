//! [`AuthorizationError`] is an authorization server's error response to a login.

use std::fmt;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::description::{code, description};
use crate::error::{BoxError, Error, Kind};
use crate::refresh::error_code::document;

/// An authorization server's error response to a login (RFC 6749 §4.1.2.1 and §5.2, RFC 8628 §3.5). An
/// `AuthorizationError` is the [`source`](std::error::Error::source) of an error for which
/// [`is_login_denied`](crate::Error::is_login_denied) returns `true`.
///
/// ```
/// use std::error::Error as _;
/// use afresh::oauth2::AuthorizationError;
///
/// fn needs_the_user(error: &afresh::Error) -> bool {
///     let answer = error.source().and_then(|source| source.downcast_ref::<AuthorizationError>());
///     matches!(answer.and_then(AuthorizationError::code), Some("login_required" | "interaction_required"))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationError {
    code: Option<String>,
    description: Option<String>,
    status: Option<StatusCode>,
}

impl AuthorizationError {
    /// Creates the error from the query parameters of a redirect. Text that contains part of a secret is omitted.
    pub(super) fn of(error: &str, text: Option<&str>, secrets: &[&str]) -> Self {
        let description = text.and_then(|text| description(text, secrets));
        Self { code: code(error, secrets), description, status: None }
    }

    /// Creates the error from an endpoint's response. Text that contains part of a secret is omitted.
    pub(super) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8], secrets: &[&str]) -> Self {
        let document = document(headers, body).unwrap_or_default();
        let text = |name: &str| document.get(name).and_then(Value::as_str);
        let error = Self::of(text("error").unwrap_or_default(), text("error_description"), secrets);
        Self { status: Some(status), ..error }
    }

    /// Returns the error code, such as `access_denied`. Returns `None` if the server did not send an error code, or
    /// sent a value that does not look like an error code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the error description, limited to 200 characters. Control characters and characters that change the text
    /// direction are removed. The description comes from the server, so escape it before you show it on a web page.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    pub(super) fn is(&self, code: &str) -> bool {
        self.code() == Some(code)
    }

    pub(super) fn into_denied(self) -> Error {
        Error::new(Kind::LoginDenied, format!("the login was denied: {self}")).with_source(self)
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.code, self.status) {
            (Some(code), _) => f.write_str(code)?,
            (None, Some(status)) => write!(f, "the server answered {status}")?,
            (None, None) => f.write_str("the server did not send an error code")?,
        }
        match &self.description {
            Some(description) => write!(f, " ({description})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for AuthorizationError {}

/// Returns the error for a login that failed but can succeed if the user tries again.
pub(super) fn unavailable(text: impl Into<String>) -> Error {
    Error::new(Kind::LoginUnavailable, text.into())
}

/// Returns the same error as [`unavailable`], with `cause` as its source.
pub(super) fn unavailable_by(text: impl Into<String>, cause: impl Into<BoxError>) -> Error {
    unavailable(text).with_source(cause)
}

/// Returns the error for a response that does not belong to this login or that violates the protocol.
pub(super) fn untrusted(text: impl Into<String>) -> Error {
    Error::new(Kind::Login, text.into())
}
