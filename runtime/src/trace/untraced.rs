//! Replaces `trace` in builds without the `tracing` feature. Without the `tracing` feature, no spans or events are
//! recorded, so calls have no tracing overhead.

use std::future::Future;
use std::time::Duration;

use http::StatusCode;

use crate::declaration::endpoint::Endpoint;
use crate::error::Classification;
use crate::error::Error;
use crate::error::Reason;
use crate::platform::messages::Request;

pub(crate) fn call<F>(_: &'static str, call: F) -> F {
    call
}

pub(crate) struct SendSpans;

impl SendSpans {
    pub(crate) fn new(_: Option<&'static Endpoint>) -> Self {
        Self
    }

    #[expect(
        clippy::unused_self,
        reason = "the signature must match the function in `trace` that this function replaces"
    )]
    pub(crate) fn redirected(&self) {}

    #[expect(
        clippy::unused_self,
        reason = "the signature must match the function in `trace` that this function replaces"
    )]
    pub(crate) fn open(&self, _: &Request) -> SendSpan {
        SendSpan
    }
}

pub(crate) type InSpan<F> = F;

pub(crate) struct SendSpan;

impl SendSpan {
    #[expect(
        clippy::unused_self,
        reason = "the signature must match the function in `trace` that this function replaces"
    )]
    pub(crate) fn around<F: Future>(self, send: F) -> InSpan<F> {
        send
    }
}

pub(crate) fn refused(_: StatusCode, _: Classification, _: Option<Reason>) {}

pub(crate) fn replays(_: u64) {}

pub(crate) fn retries(_: u32, _: Duration) {}

pub(crate) fn waits() {}

pub(crate) fn undecodable(_: &Error) {}

pub(crate) fn refresh<F: Future>(_: &'static str, refresh: F) -> F {
    refresh
}

pub(crate) fn refresh_ended(_: &'static str, _: Option<&Error>) {}

pub(crate) fn refresh_discarded() {}

pub(crate) fn session_changed(_: &'static str) {}

pub(crate) fn session_warning(_: &'static str, _: Option<&'static str>, _: Option<&Error>) {}
