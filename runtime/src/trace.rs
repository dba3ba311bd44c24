//! What `tracing` is told: a span for each call, one for each send in it, one for each refresh, and events
//! between. The only room that names `tracing`; without the feature its place is taken by `untraced`.
//!
//! Nothing that could be a secret is told: no URL, no header, no body, and no text but the runtime's own.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use http::{Method, StatusCode, Version};
use pin_project_lite::pin_project;
use reqwest::{Request, Response};
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info, info_span, warn};

use crate::decode::Answer;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind};
use crate::session::{Cause, Finding, Landed, SessionEvent};

/// What a filter names to see all of this and nothing else.
const TARGET: &str = "afresh";

/// A method that HTTP does not know, in the words of OpenTelemetry.
const OTHER: &str = "_OTHER";

/// The span of a call, from its first poll to its answer.
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

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Not before, so that its parent is the span in which the call is awaited.
        let open = this.span.get_or_insert_with(|| OpenSpan::new(call_span(this.method)));
        let polled = open.span.in_scope(|| this.call.poll(context));
        if let Poll::Ready(outcome) = &polled {
            open.returned(outcome);
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
        afresh.refreshed = Empty,
        error.type = Empty,
    )
}

/// The sends of one call, counted over redirects and the replay.
pub(crate) struct Trail {
    endpoint: Option<&'static Endpoint>,
    sends: AtomicU32,
    redirected: AtomicBool,
}

impl Trail {
    /// `None`: a request of the user's own hands.
    pub(crate) fn new(endpoint: Option<&'static Endpoint>) -> Self {
        Self { endpoint, sends: AtomicU32::new(0), redirected: AtomicBool::new(false) }
    }

    /// The next send goes where the server said: the method's path is not its path.
    pub(crate) fn redirected(&self) {
        self.redirected.store(true, Ordering::Relaxed);
    }

    /// The span of the send of `request`.
    pub(crate) fn send(&self, request: &Request) -> Sending {
        let resend = Some(self.sends.fetch_add(1, Ordering::Relaxed)).filter(|resend| *resend > 0);
        let endpoint = self.endpoint.filter(|_| !self.redirected.swap(false, Ordering::Relaxed));
        let template = endpoint.and_then(|endpoint| endpoint.template.or(endpoint.path.first().copied()));
        let (method, original) = known(request.method());
        let url = request.url();
        Sending(OpenSpan::new(info_span!(
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
pub(crate) struct Sending(OpenSpan);

impl Sending {
    /// Ends when the head of the answer is there.
    pub(crate) async fn of(
        mut self,
        send: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, Error> {
        let sent = send.instrument(self.0.span.clone()).await;
        match &sent {
            Ok(response) => {
                let status = response.status();
                self.0.span.record("http.response.status_code", status.as_u16());
                self.0.span.record("network.protocol.version", version(response.version()));
                self.0.answered(status);
            }
            Err(error) => self.0.failed(name_of(error.kind())),
        }
        sent
    }
}

/// The server refused the credential of the call.
pub(crate) fn refused(status: StatusCode, finding: Finding) {
    let verdict = match finding {
        Finding::Expired => "expired",
        Finding::Suspect => "suspect",
    };
    debug!(
        target: TARGET,
        { http.response.status_code = status.as_u16(), afresh.verdict = verdict },
        "the credential was refused"
    );
}

/// The call is sent again.
pub(crate) fn replays(generation: u64) {
    debug!(target: TARGET, { afresh.generation = generation }, "the call is sent again with a newer credential");
}

/// A caller waits for a refresh, its own or another's.
pub(crate) fn waits() {
    debug!(target: TARGET, "waiting for a refresh");
}

/// The answer is not of the declared type.
pub(crate) fn undecodable(error: &Error) {
    if error.kind() == Kind::Decode {
        let method = error.method();
        debug!(
            target: TARGET,
            { afresh.method = method, error.type = name_of(Kind::Decode) },
            "the answer is not of the declared type"
        );
    }
}

/// The span of a refresh. It has no parent, as it belongs to no caller; it follows from who set it off.
pub(crate) fn flight<F: Future>(cause: Cause, flight: F) -> impl Future<Output = F::Output> {
    let cause = match cause {
        Cause::Clock => "outlived",
        Cause::Margin => "ahead_of_time",
        Cause::Hand => "asked_for",
        Cause::Refused(Finding::Expired) => "refused",
        Cause::Refused(Finding::Suspect) => "suspected",
    };
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
    flight.instrument(span)
}

/// How the refresh whose span this is ended.
pub(crate) fn landed(landed: Landed, failure: Option<&Error>) {
    let span = Span::current();
    let outcome = match landed {
        Landed::Published => "refreshed",
        Landed::Failed => "failed",
        Landed::Expired => "expired",
        Landed::Discarded => "discarded",
    };
    span.record("afresh.outcome", outcome);
    if let (Landed::Failed | Landed::Expired, Some(error)) = (landed, failure) {
        fail(&span, name_of(error.kind()));
    }
    if landed == Landed::Discarded {
        debug!(target: TARGET, "the session has become another one: the refresh is discarded");
    }
}

/// What happens to a session.
pub(crate) fn happened(event: &SessionEvent) {
    match event {
        SessionEvent::LoggedIn => info!(target: TARGET, "logged in"),
        SessionEvent::Refreshed => info!(target: TARGET, "the session is refreshed"),
        SessionEvent::RefreshFailed(error) => {
            warn!(target: TARGET, { error.type = name_of(error.kind()) }, "{}", Told(error));
        }
        SessionEvent::Expired => warn!(target: TARGET, "the session has expired"),
        SessionEvent::LoggedOut => info!(target: TARGET, "logged out"),
    }
}

/// The span of something that has not ended. Dropped before it has, it was given up.
struct OpenSpan {
    span: Span,
    ended: bool,
}

impl OpenSpan {
    fn new(span: Span) -> Self {
        Self { span, ended: false }
    }

    fn returned(&mut self, outcome: &Result<Answer, Error>) {
        match outcome {
            Ok(answer) => {
                let receipt = answer.receipt();
                self.span.record("afresh.sends", receipt.sends());
                self.span.record("afresh.refreshed", receipt.is_refreshed());
                self.answered(if answer.is_none() { StatusCode::OK } else { answer.status() });
            }
            Err(error) => {
                let kind = name_of(error.kind());
                self.span.in_scope(|| debug!(target: TARGET, { error.type = kind }, "{}", Told(error)));
                self.failed(kind);
            }
        }
    }

    fn answered(&mut self, status: StatusCode) {
        self.ended = true;
        if status.is_client_error() || status.is_server_error() {
            fail(&self.span, status.as_str());
        }
    }

    fn failed(&mut self, kind: &str) {
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

fn fail(span: &Span, kind: &str) {
    span.record("error.type", kind);
    span.record("otel.status_code", "ERROR");
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

/// An error and its causes as far as their texts are the runtime's own. What others wrote may hold secrets.
struct Told<'a>(&'a Error);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text())?;
        let ours = |error: &Error| error.source()?.downcast_ref::<Error>().cloned();
        let mut last = self.0.clone();
        while let Some(cause) = ours(&last) {
            // An error that a function of the user's passed on is wrapped in one like itself.
            if cause.text() != last.text() {
                write!(f, ": {}", cause.text())?;
            }
            last = cause;
        }
        Ok(())
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

/// What an error is called in `error.type`.
fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Builder => "builder",
        Kind::Request => "request",
        Kind::Connect => "connect",
        Kind::Timeout => "timeout",
        Kind::Transport => "transport",
        Kind::Status => "status",
        Kind::Decode => "decode",
        Kind::NoSession => "no_session",
        Kind::SessionExpired => "session_expired",
        Kind::Superseded => "superseded",
        Kind::Refresh => "refresh",
        Kind::NotReplayable => "not_replayable",
        Kind::Reentrant => "reentrant",
    }
}
