//! Decides which failures are retried for which methods, according to the table in the docs of
//! [`Retry`](super::policy::Retry).

use std::error::Error as _;

use http::{Method, StatusCode};

use crate::error::{Error, Kind};

/// The progress of an attempt, which determines whether an error can be retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No request is being sent, for example because the call is waiting for a refresh.
    Idle,
    /// A request was passed to the transport.
    Sending,
    /// The response headers have arrived.
    Answered,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    NeverSent,
    /// The request was sent, but no complete response arrived.
    NoAnswer,
    /// The response has a status code for which calls are retried.
    Status(StatusCode),
}

/// The properties of a method that determine which failures are retried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Whether the request body can be sent again. A stream that was passed to the transport cannot be sent again.
    pub(crate) replayable: bool,
    /// Whether the method is a login, refresh or logout, or declares that its request must not be sent again.
    pub(crate) once: bool,
    pub(crate) idempotent: bool,
}

impl Allowed {
    pub(crate) fn is_retried(self, fault: Fault) -> bool {
        match fault {
            _ if !self.replayable => false,
            Fault::NeverSent => true,
            _ if self.once => false,
            Fault::Status(StatusCode::TOO_MANY_REQUESTS) => true,
            Fault::Status(_) | Fault::NoAnswer => self.idempotent,
        }
    }
}

/// Returns whether the method is idempotent (RFC 9110 §9.2.2).
pub(crate) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    )
}

/// Converts an error from sending a request into a [`Fault`]. Returns `None` for an error that was caused by a refresh,
/// the session or a redirect, because such an error is not retried.
pub(crate) fn fault_of(error: &Error, stage: Stage) -> Option<Fault> {
    match (stage, error.kind()) {
        (Stage::Sending, Kind::Connect | Kind::Timeout | Kind::Transport) if error.is_unsent() => {
            Some(Fault::NeverSent)
        }
        (Stage::Sending, Kind::Connect | Kind::Timeout | Kind::Transport) => Some(Fault::NoAnswer),
        // An error without a source does not come from the transport: this crate creates the error when the server
        // redirects a request too many times.
        (Stage::Answered, Kind::Connect | Kind::Timeout | Kind::Transport) => {
            error.source().map(|_| Fault::NoAnswer)
        }
        _ => None,
    }
}
