//! [`OpenSpan`] ends an operation's span, even if the operation's future is dropped.

use http::StatusCode;
use tracing::Span;

/// The span of an operation that has not ended. Dropping an `OpenSpan` before the operation ends means that the
/// operation was cancelled.
pub(super) struct OpenSpan {
    pub(super) span: Span,
    ended: bool,
}

impl OpenSpan {
    pub(super) fn new(span: Span) -> Self {
        Self { span, ended: false }
    }

    pub(super) fn end_with_status(&mut self, status: StatusCode) {
        self.ended = true;
        if status.is_client_error() || status.is_server_error() {
            fail(&self.span, status.as_str());
        }
    }

    pub(super) fn end_with_error(&mut self, kind: &str) {
        self.ended = true;
        fail(&self.span, kind);
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        if !self.ended {
            fail(&self.span, "cancelled");
        }
    }
}

pub(super) fn fail(span: &Span, kind: &str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
}
