//! [`SessionEnds`] describes which responses from the refresh endpoint end the session. `error_code.rs` lists the known
//! error codes.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::auth::rules::Rules;
use crate::declaration::condition::Condition;
use crate::error::Rejection;

/// Describes which responses end a session: either the responses that the user declares, or the default responses for
/// the kind of session.
#[derive(Clone, Default)]
pub(crate) struct SessionEnds {
    /// The status codes that the user declares, or `None` if the default status codes apply.
    pub(crate) declared: Option<Vec<StatusCode>>,
    /// The status codes that end the session by default, unless an error code names a cause other than the refresh
    /// token.
    pub(crate) usual: Vec<StatusCode>,
    pub(crate) conditions: &'static [Condition],
}

impl SessionEnds {
    /// Whether a status code or condition declared by the user matches the response.
    pub(crate) fn is_declared(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        let listed = self.declared.as_ref().is_some_and(|statuses| statuses.contains(&status));
        listed || self.has_condition(status, headers, body)
    }

    pub(crate) fn has_condition(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        if self.conditions.is_empty() {
            return false;
        }
        let rules = Rules { declared: self.conditions, functions: &[] };
        rules.hold(&Rejection::new(status, headers.clone(), body.clone())).unwrap_or(false)
    }

    /// Whether the status code ends the session by default. Status codes that the user declares replace the default
    /// status codes.
    pub(crate) fn is_usual(&self, status: StatusCode) -> bool {
        self.declared.is_none() && self.usual.contains(&status)
    }
}
