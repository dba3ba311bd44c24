//! Which answers of a refresh endpoint end the session, apart from known error codes: [`SessionEnds`].

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::auth::rules::Rules;
use crate::declaration::condition::Condition;
use crate::error::Rejection;

/// What the user declares, and what is usual for this kind of session.
#[derive(Clone, Default)]
pub(crate) struct SessionEnds {
    /// Statuses that the user declares. `None` leaves it to the usual ones.
    pub(crate) declared: Option<Vec<StatusCode>>,
    /// Statuses that end a session of this kind, unless an error code blames something else.
    pub(crate) usual: Vec<StatusCode>,
    /// Conditions that the trait declares.
    pub(crate) conditions: &'static [Condition],
}

impl SessionEnds {
    /// Whether the user declares that this answer ends the session.
    pub(crate) fn is_declared(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        let listed = self.declared.as_ref().is_some_and(|statuses| statuses.contains(&status));
        listed || self.has_condition(status, headers, body)
    }

    /// Whether a declared condition holds.
    pub(crate) fn has_condition(&self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
        if self.conditions.is_empty() {
            return false;
        }
        let rules = Rules { declared: self.conditions, functions: &[] };
        rules.hold(&Rejection::new(status, headers.clone(), body.clone())).unwrap_or(false)
    }

    /// Whether this status usually ends such a session. What the user declares replaces these statuses.
    pub(crate) fn is_usual(&self, status: StatusCode) -> bool {
        self.declared.is_none() && self.usual.contains(&status)
    }
}
