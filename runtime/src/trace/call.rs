//! Creates call spans and the events inside them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::StatusCode;
use pin_project_lite::pin_project;
use tracing::field::{Empty, display};
use tracing::{Span, debug, info_span};

use super::open_span::OpenSpan;
use super::redacted::{Redacted, name_of};
use super::target::TARGET;
use crate::error::Classification;
use crate::error::Reason;
use crate::error::{Error, Kind};
use crate::error::{Receipt, RefreshedBy};
use crate::response::answer::Answer;

/// Runs a call in a tracing span that starts when the call is first polled and ends when the call completes.
pub(crate) fn call<F>(method: &'static str, call: F) -> Traced<F> {
    Traced { call, method, span: None }
}

pin_project! {
    pub(crate) struct Traced<F> {
        #[pin]
        call: F,
        method: &'static str,
        span: Option<OpenSpan>,
    }
}

impl<F: Future<Output = Result<Answer, Error>>> Future for Traced<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        // The span is created when the call is first polled, so that its parent is the span in which the call is
        // awaited.
        let open = this.span.get_or_insert_with(|| OpenSpan::new(call_span(this.method)));
        let call = this.call;
        let polled = open.span.in_scope(|| call.poll(context));
        if let Poll::Ready(outcome) = &polled {
            open.record_outcome(outcome);
            *this.span = None;
        }
        polled
    }
}

fn call_span(method: &'static str) -> Span {
    info_span!(
        target: TARGET,
        "afresh.call",
        otel.name = method,
        otel.kind = "internal",
        otel.status_code = Empty,
        afresh.method = method,
        afresh.sends = Empty,
        afresh.attempts = Empty,
        afresh.refreshed_by = Empty,
        afresh.classification = Empty,
        afresh.reason = Empty,
        error.type = Empty,
    )
}

/// Records that the server refused the call. `reason` is the reason why the refusal does not start a refresh, or `None`
/// if the refusal starts a refresh.
pub(crate) fn refused(status: StatusCode, classification: Classification, reason: Option<Reason>) {
    let reason = reason.map(display);
    debug!(
        target: TARGET,
        {
            http.response.status_code = status.as_u16(),
            afresh.classification = name_of_classification(classification),
            afresh.reason = reason
        },
        "the call was refused"
    );
}

pub(crate) fn replays(generation: u64) {
    debug!(target: TARGET, { afresh.generation = generation }, "the call is sent again with a newer credential");
}

pub(crate) fn retries(retries: u32, wait: Duration) {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    debug!(
        target: TARGET,
        { afresh.attempt = retries + 2, afresh.wait_ms = wait_ms },
        "the call is retried"
    );
}

pub(crate) fn waits() {
    debug!(target: TARGET, "waiting for a refresh");
}

pub(crate) fn undecodable(error: &Error) {
    if error.kind() == Kind::Decode {
        let method = error.method();
        debug!(
            target: TARGET,
            { afresh.method = method, error.type = name_of(Kind::Decode) },
            "the response cannot be decoded as the declared type"
        );
    }
}

impl OpenSpan {
    fn record_outcome(&mut self, outcome: &Result<Answer, Error>) {
        match outcome {
            Ok(answer) => {
                self.record_receipt(&answer.receipt());
                self.end_with_status(if answer.is_none() { StatusCode::OK } else { answer.status() });
            }
            Err(error) => {
                error.receipt().into_iter().for_each(|receipt| self.record_receipt(receipt));
                let kind = name_of(error.kind());
                self.span.in_scope(|| debug!(target: TARGET, { error.type = kind }, "{}", Redacted(error)));
                self.end_with_error(kind);
            }
        }
    }

    fn record_receipt(&self, receipt: &Receipt) {
        self.span.record("afresh.sends", receipt.sends());
        if receipt.retries > 0 {
            self.span.record("afresh.attempts", receipt.attempts());
        }
        if let Some(by) = receipt.refreshed_by() {
            self.span.record(
                "afresh.refreshed_by",
                match by {
                    RefreshedBy::ThisCall => "this_call",
                    RefreshedBy::AnotherCall => "another_call",
                    RefreshedBy::Already => "already",
                },
            );
        }
        if let Some(classification) = receipt.classification() {
            self.span.record("afresh.classification", name_of_classification(classification));
        }
        if let Some(reason) = receipt.reason() {
            self.span.record("afresh.reason", display(reason));
        }
    }
}

fn name_of_classification(classification: Classification) -> &'static str {
    match classification {
        Classification::NotAuth => "not_auth",
        Classification::Expired => "expired",
        Classification::Suspect => "suspect",
        Classification::Forbidden => "forbidden",
        Classification::Challenge(_) => "challenge",
    }
}
