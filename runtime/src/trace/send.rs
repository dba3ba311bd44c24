//! Creates a span each time a request is sent. The fields follow OpenTelemetry's conventions for HTTP client spans.
//!
//! The conventions require `url.full`. The URL is not recorded, because its path and query might contain secret
//! arguments. `url.template` contains only the path that the trait declares, because the path of the base URL might
//! contain secrets.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use http::{Method, Version};
use tracing::field::Empty;
use tracing::info_span;

use super::open_span::OpenSpan;
use super::redacted::name_of;
use super::target::TARGET;
use crate::declaration::endpoint::Endpoint;
use crate::error::Error;
use crate::platform::messages::Request;
use crate::transport::response::Response;

/// The recorded value for an HTTP method that OpenTelemetry's conventions do not list.
const OTHER: &str = "_OTHER";

/// Creates a span for each request that a call sends, and counts these requests, including requests that follow a
/// redirect or repeat an earlier request.
pub(crate) struct SendSpans {
    endpoint: Option<&'static Endpoint>,
    sends: AtomicU32,
    redirected: AtomicBool,
}

impl SendSpans {
    /// Creates the spans for `endpoint`, which is `None` for a hand-written request.
    pub(crate) fn new(endpoint: Option<&'static Endpoint>) -> Self {
        Self { endpoint, sends: AtomicU32::new(0), redirected: AtomicBool::new(false) }
    }

    /// Records that the next request follows a redirect. The URL of a redirected request does not match the path that
    /// the trait declares.
    pub(crate) fn redirected(&self) {
        self.redirected.store(true, Ordering::Relaxed);
    }

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

pub(crate) struct SendSpan(OpenSpan);

impl SendSpan {
    /// Sends the request inside this span. The span ends when the response head arrives.
    pub(crate) fn around<F>(self, send: F) -> InSpan<F> {
        InSpan { send, span: self.0 }
    }
}

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
                span.end_with_status(status);
            }
            Poll::Ready(Err(error)) => span.end_with_error(name_of(error.kind())),
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

/// Returns the HTTP method as spelled in OpenTelemetry's conventions. Also returns the original HTTP method if
/// OpenTelemetry's conventions do not list this method.
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
