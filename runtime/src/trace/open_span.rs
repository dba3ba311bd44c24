//! The end of a span, also where nobody stays to see it: [`OpenSpan`].

use http::StatusCode;
use tracing::Span;

/// The span of something that has not ended. Dropped before it has, it was given up.
pub(super) struct OpenSpan {
    pub(super) span: Span,
    ended: bool,
}

impl OpenSpan {
    pub(super) fn new(span: Span) -> Self {
        Self { span, ended: false }
    }

    pub(super) fn answered(&mut self, status: StatusCode) {
        self.ended = true;
        if status.is_client_error() || status.is_server_error() {
            fail(&self.span, status.as_str());
        }
    }

    pub(super) fn failed(&mut self, kind: &str) {
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
