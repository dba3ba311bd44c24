//! Defines [`SessionEnds`], the refresh endpoint's responses that end the session, either by declaration or by default.
//! Known error codes are in `error_code.rs`.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::auth::rules::Rules;
use crate::declaration::condition::Condition;
use crate::error::Rejection;

/// The responses that end a session: those that the user declares, and those that usually end a session of this kind.
#[derive(Clone, Default)]
pub(crate) struct SessionEnds {
    /// The statuses that the user declares, or `None` if the usual statuses apply.
    pub(crate) declared: Option<Vec<StatusCode>>,
    /// The statuses that usually end a session of this kind, unless an error code names another cause.
    pub(crate) usual: Vec<StatusCode>,
    /// The conditions that the trait declares.
    pub(crate) conditions: &'static [Condition],
}

impl SessionEnds {
    /// Whether a status or condition that the user declares matches this response.
    pub(crate) fn is_declared(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        let listed = self.declared.as_ref().is_some_and(|statuses| statuses.contains(&status));
        listed || self.has_condition(status, headers, body)
    }

    /// Whether a declared condition matches this response.
    pub(crate) fn has_condition(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        if self.conditions.is_empty() {
            return false;
        }
        let rules = Rules { declared: self.conditions, functions: &[] };
        rules.hold(&Rejection::new(status, headers.clone(), body.clone())).unwrap_or(false)
    }

    /// Whether the status is one of the usual statuses that end the session. Statuses that the user declares
    /// replace the usual statuses.
    pub(crate) fn is_usual(&self, status: StatusCode) -> bool {
        self.declared.is_none() && self.usual.contains(&status)
    }
}
