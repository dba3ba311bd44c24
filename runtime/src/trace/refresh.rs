//! The span of a refresh, and the events of a session.

use std::future::Future;

use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info, info_span, warn};

use super::open_span::fail;
use super::redacted::{Redacted, name_of};
use super::target::TARGET;
use crate::error::Error;

/// The span of a refresh. It has no parent, because it belongs to no caller. It follows from the span that started it.
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

/// Records how the refresh of the current span ended.
pub(crate) fn refresh_ended(outcome: &'static str, failure: Option<&Error>) {
    let span = Span::current();
    span.record("afresh.outcome", outcome);
    if let Some(error) = failure {
        fail(&span, name_of(error.kind()));
    }
}

/// A change of a session that needs no attention.
pub(crate) fn session_changed(text: &'static str) {
    info!(target: TARGET, "{text}");
}

/// A change of a session that may need attention. If `text` is empty, the message is that of `error`.
pub(crate) fn session_warning(text: &'static str, method: Option<&'static str>, error: Option<&Error>) {
    let kind = error.map(|error| name_of(error.kind()));
    let separator = if text.is_empty() || error.is_none() { "" } else { ": " };
    let cause = error.map(|error| Redacted(error).to_string()).unwrap_or_default();
    warn!(target: TARGET, { afresh.method = method, error.type = kind }, "{text}{separator}{cause}");
}

/// The refresh ended after a login or logout, so its result is discarded.
pub(crate) fn refresh_discarded() {
    debug!(target: TARGET, "the refresh is discarded: a login or logout happened meanwhile");
}
