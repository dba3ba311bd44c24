//! Creates refresh spans and the events for session changes.

use std::future::Future;

use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info, info_span, warn};

use super::open_span::fail;
use super::redacted::{Redacted, name_of};
use super::target::TARGET;
use crate::error::Error;

/// Runs a refresh in its own span. The span has no parent, because a refresh does not belong to a single caller. A
/// follows-from relationship links the refresh span to the span of the call that started the refresh.
pub(crate) fn refresh<F: Future>(cause: &'static str, refresh: F) -> impl Future<Output = F::Output> {
    let span = info_span!(
        target: TARGET,
        parent: None,
        "afresh.refresh",
        otel.kind = "internal",
        otel.status_code = Empty,
        afresh.cause = cause,
        afresh.outcome = Empty,
        error.type = Empty,
    );
    span.follows_from(Span::current());
    refresh.instrument(span)
}

pub(crate) fn refresh_ended(outcome: &'static str, failure: Option<&Error>) {
    let span = Span::current();
    span.record("afresh.outcome", outcome);
    if let Some(error) = failure {
        fail(&span, name_of(error.kind()));
    }
}

/// Records a session change that does not need attention.
pub(crate) fn session_changed(text: &'static str) {
    info!(target: TARGET, "{text}");
}

/// Records a session change that may need attention. If `text` is empty, the message of `error` is used.
pub(crate) fn session_warning(text: &'static str, method: Option<&'static str>, error: Option<&Error>) {
    let kind = error.map(|error| name_of(error.kind()));
    let separator = if text.is_empty() || error.is_none() { "" } else { ": " };
    let cause = error.map(|error| Redacted(error).to_string()).unwrap_or_default();
    warn!(target: TARGET, { afresh.method = method, error.type = kind }, "{text}{separator}{cause}");
}

pub(crate) fn refresh_discarded() {
    debug!(target: TARGET, "the refresh was discarded, because a login or logout happened in the meantime");
}
