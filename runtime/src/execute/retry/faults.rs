//! Which faults are retried for which methods: the table in the docs of [`Retry`](super::policy::Retry).

use std::error::Error as _;

use http::Method;

use crate::error::{Error, Kind};

/// How far an attempt has come, to tell its faults from errors that are not its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing is under way. The call may wait for a refresh.
    Idle,
    /// A request was handed to the transport.
    Sending,
    /// There is the head of an answer.
    Answered,
}

/// What went wrong with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request did not leave this machine.
    NeverSent,
    /// The request was sent, and there is no whole answer.
    NoAnswer,
    /// An answer with a status that is retried.
    Status(u16),
}

/// What a method allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Whether the body can be sent again. A one-shot stream that was handed over counts as sent.
    pub(crate) replayable: bool,
    /// Whether the method has a role in the session, or must not be sent twice.
    pub(crate) once: bool,
    pub(crate) idempotent: bool,
}

impl Allowed {
    pub(crate) fn is_retried(self, fault: Fault) -> bool {
        match fault {
            _ if !self.replayable => false,
            Fault::NeverSent => true,
            _ if self.once => false,
            Fault::Status(429) => true,
            Fault::Status(_) | Fault::NoAnswer => self.idempotent,
        }
    }
}

/// The idempotent methods of RFC 9110 §9.2.2.
pub(crate) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    )
}

/// The fault of a send that failed. Other errors are not faults: those of a refresh, of the session, of a redirect.
pub(crate) fn fault_of(error: &Error, stage: Stage) -> Option<Fault> {
    match (stage, error.kind()) {
        (Stage::Sending, Kind::Connect | Kind::Timeout | Kind::Transport) if error.is_unsent() => {
            Some(Fault::NeverSent)
        }
        (Stage::Sending, Kind::Connect | Kind::Timeout | Kind::Transport) => Some(Fault::NoAnswer),
        // An error without a source is this crate's own: too many redirects.
        (Stage::Answered, Kind::Connect | Kind::Timeout | Kind::Transport) => {
            error.source().map(|_| Fault::NoAnswer)
        }
        _ => None,
    }
}
