//! One send of a call, in the words of OpenTelemetry's conventions for HTTP client spans.
//!
//! They ask for `url.full`, which is not told: its path and query are arguments, and arguments may be secrets.
//! For the same reason the template is the path that the trait declares, without that of the base URL.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use http::{Method, Version};
use reqwest::Request;
use tracing::field::Empty;
use tracing::info_span;

use super::open_span::OpenSpan;
use super::redacted::name_of;
use super::target::TARGET;
use crate::declaration::endpoint::Endpoint;
use crate::error::Error;
use crate::transport::response::Response;

/// A method that HTTP does not know.
const OTHER: &str = "_OTHER";

/// The sends of one call, counted over redirects and the replay.
pub(crate) struct SendSpans {
    endpoint: Option<&'static Endpoint>,
    sends: AtomicU32,
    redirected: AtomicBool,
}

impl SendSpans {
    /// `None`: a request of the user's own hands.
    pub(crate) fn new(endpoint: Option<&'static Endpoint>) -> Self {
        Self { endpoint, sends: AtomicU32::new(0), redirected: AtomicBool::new(false) }
    }

    /// The next send goes where the server said: the method's path is not its path.
    pub(crate) fn redirected(&self) {
        self.redirected.store(true, Ordering::Relaxed);
    }

    /// The span of the send of `request`.
    pub(crate) fn open(&self, request: &Request) -> SendSpan {
        let resend = Some(self.sends.fetch_add(1, Ordering::Relaxed)).filter(|resend| *resend > 0);
        let endpoint = self.endpoint.filter(|_| !self.redirected.swap(false, Ordering::Relaxed));
        let template = endpoint.and_then(|endpoint| endpoint.template.or(endpoint.path.first().copied()));
        let (method, original) = known(request.method());
        let url = request.url();
        SendSpan(OpenSpan::new(info_span!(
            target: TARGET,
            "afresh.send",
            otel.name = %SendName { method, template },
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = method,
            http.request.method_original = original,
            http.request.resend_count = resend,
            http.response.status_code = Empty,
            network.protocol.version = Empty,
            server.address = url.host_str().map(|host| host.trim_matches(['[', ']'])),
            server.port = url.port_or_known_default(),
            url.scheme = url.scheme(),
            url.template = template,
            error.type = Empty,
        )))
    }
}

/// One send under way.
pub(crate) struct SendSpan(OpenSpan);

impl SendSpan {
    /// Ends when the head of the answer is there.
    pub(crate) fn around<F>(self, send: F) -> InSpan<F> {
        InSpan { send, span: self.0 }
    }
}

/// A send that is watched.
pub(crate) struct InSpan<F> {
    send: F,
    span: OpenSpan,
}

impl<F> Future for InSpan<F>
where
    F: Future<Output = Result<Response, Error>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { send, span } = &mut *self;
        let polled = span.span.in_scope(|| Pin::new(send).poll(context));
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Ok(response)) => {
                let status = response.status();
                span.span.record("http.response.status_code", status.as_u16());
                span.span.record("network.protocol.version", version(response.version()));
                span.answered(status);
            }
            Poll::Ready(Err(error)) => span.failed(name_of(error.kind())),
        }
        polled
    }
}

struct SendName<'a> {
    method: &'a str,
    template: Option<&'static str>,
}

impl fmt::Display for SendName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.method == OTHER { "HTTP" } else { self.method })?;
        self.template.map_or(Ok(()), |template| write!(f, " {template}"))
    }
}

/// The method as OpenTelemetry writes it; and as it is, where that is something else.
fn known(method: &Method) -> (&str, Option<&str>) {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "CONNECT" | "OPTIONS" | "TRACE" | "PATCH") => {
            (known, None)
        }
        other => (OTHER, Some(other)),
    }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => "1.1",
    }
}
