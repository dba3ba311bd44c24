//! What stands in the place of `trace` without the feature `tracing`: nothing is told, and it costs nothing.

use std::future::Future;

use http::StatusCode;
use reqwest::Request;

use crate::declaration::endpoint::Endpoint;
use crate::error::Error;
use crate::error::Reason;
use crate::error::Verdict;
use crate::response::answer::AnswerFuture;
use crate::session::{Cause, Landed, SessionEvent};

pub(crate) fn call(_: &'static str, call: AnswerFuture) -> AnswerFuture {
    call
}

pub(crate) struct Trail;

impl Trail {
    pub(crate) fn new(_: Option<&'static Endpoint>) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "as its traced twin")]
    pub(crate) fn redirected(&self) {}

    #[expect(clippy::unused_self, reason = "as its traced twin")]
    pub(crate) fn send(&self, _: &Request) -> Sending {
        Sending
    }
}

/// What a send becomes that is watched.
pub(crate) type Followed<F> = F;

pub(crate) struct Sending;

impl Sending {
    #[expect(clippy::unused_self, reason = "as its traced twin")]
    pub(crate) fn of<F: Future>(self, send: F) -> Followed<F> {
        send
    }
}

pub(crate) fn refused(_: StatusCode, _: Verdict, _: Option<Reason>) {}

pub(crate) fn replays(_: u64) {}

pub(crate) fn waits() {}

pub(crate) fn undecodable(_: &Error) {}

pub(crate) fn flight<F: Future>(_: Cause, flight: F) -> F {
    flight
}

pub(crate) fn landed(_: Landed, _: Option<&Error>) {}

pub(crate) fn happened(_: &SessionEvent) {}
