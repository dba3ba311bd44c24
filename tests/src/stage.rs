//! A test double of an API that holds every request until the test answers it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::answer::{Answer, Kind};
use crate::double::{BoxError, Double, Outcome, double_methods};
use crate::gate::{Gate, Waiting};
use crate::request_log::{LogEntry, RequestLog};
use crate::response_body::OpenRequest;
use crate::seen::Seen;

/// A fake API at which every request waits until the test answers it. Clones share one state.
///
/// A dropped call leaves the queue immediately, so it never blocks the calls behind it.
#[derive(Clone, Default)]
pub struct Stage(Arc<Inner>);

#[derive(Default)]
struct Inner {
    log: RequestLog,
    seen: Mutex<Vec<Seen>>,
    gate: Gate<Answer>,
    script: Mutex<Option<Script>>,
}

type Script = Arc<dyn Fn(&Seen) -> Answer + Send + Sync>;

double_methods!(Stage);

impl Stage {
    /// Creates a fake API that holds every request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with_log(log: RequestLog) -> Self {
        Self(Arc::new(Inner { log, ..Inner::default() }))
    }

    /// Waits for the next held request, in order of arrival.
    ///
    /// # Panics
    ///
    /// Panics if the clock is paused and no more requests can arrive.
    pub async fn arrival(&self) -> Arrival {
        Arrival(self.0.gate.next("request", || self.log()).await)
    }

    /// Waits for the next `n` held requests.
    ///
    /// # Panics
    ///
    /// Panics if the clock is paused and fewer than `n` requests can still arrive.
    pub async fn arrivals(&self, n: usize) -> Vec<Arrival> {
        let mut arrivals = Vec::with_capacity(n);
        while arrivals.len() < n {
            arrivals.push(self.arrival().await);
        }
        arrivals
    }

    /// Returns the next held request, or `None` if no request is held.
    #[must_use]
    pub fn try_arrival(&self) -> Option<Arrival> {
        self.0.gate.try_next().map(Arrival)
    }

    /// Returns the number of held requests that the test has not taken yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.gate.waiting()
    }

    /// Answers all later requests with the given script. A request is held if the script returns [`Answer::park`]. The
    /// script does not affect requests that are already held.
    pub fn respond<A: Into<Answer>>(&self, script: impl Fn(&Seen) -> A + Send + Sync + 'static) {
        *self.script() = Some(Arc::new(move |seen| script(seen).into()));
    }

    /// Removes the script, so that every later request is held.
    pub fn park(&self) {
        *self.script() = None;
    }

    /// Returns all requests in the order in which they arrived.
    #[must_use]
    pub fn log(&self) -> Vec<Seen> {
        self.seen().clone()
    }

    /// Returns the number of requests that have arrived.
    #[must_use]
    pub fn sends(&self) -> usize {
        self.seen().len()
    }

    /// Returns the HTTP method and the path of every request: `["GET /orders/7"]`.
    #[must_use]
    pub fn routes(&self) -> Vec<String> {
        self.seen().iter().map(Seen::route).collect()
    }

    /// Returns all recorded events in order. In a [`World`](crate::World), the events include the requests to the
    /// [`Authority`](crate::Authority).
    #[must_use]
    pub fn history(&self) -> Vec<LogEntry> {
        self.0.log.entries()
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn script(&self) -> MutexGuard<'_, Option<Script>> {
        self.0.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn take(self, request: http::Request<Bytes>) -> Outcome {
        let open = OpenRequest::new(&self.0.log, request);
        self.seen().push(open.seen().clone());
        let script = self.script().clone();
        let scripted = script.map_or_else(Answer::park, |script| script(open.seen()));
        let answer = match scripted.0 {
            Kind::Park => self.0.gate.park(open.seen()).await.unwrap_or_else(Answer::reset),
            _ => scripted,
        };
        open.answer(answer).await
    }
}

impl Double for Stage {
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome> {
        self.clone().take(request).boxed()
    }
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stage").field(&self.log()).finish()
    }
}

/// A parked request. Dropping an `Arrival` without answering it resets the request's connection.
///
/// `Arrival` dereferences to the [`Seen`] request.
#[derive(Debug)]
pub struct Arrival(Waiting<Answer>);

impl Arrival {
    /// Returns a copy of the request, so that the test can still read the request after answering it.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.0.seen.clone()
    }

    /// Answers the held request with a status and no body.
    pub fn answer(self, status: u16) {
        self.answer_with(status);
    }

    /// Answers the held request with a JSON body.
    pub fn answer_json(self, status: u16, value: impl Serialize) {
        self.answer_with(Answer::json(status, value));
    }

    /// Answers the held request with an [`Answer`], a status, or an `http::Response`.
    pub fn answer_with(self, answer: impl Into<Answer>) {
        self.0.decide(answer.into());
    }

    /// Answers the held request with a transport error.
    pub fn fail(self, error: impl Into<BoxError>) {
        self.answer_with(Answer::fail(error));
    }

    /// Never answers the request.
    pub fn hang(self) {
        self.answer_with(Answer::hang());
    }

    /// Returns whether the caller has abandoned the request.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.0.is_abandoned()
    }

    /// Waits until the caller abandons the request.
    pub async fn abandoned(&mut self) {
        self.0.abandoned().await;
    }
}

impl std::ops::Deref for Arrival {
    type Target = Seen;

    fn deref(&self) -> &Seen {
        &self.0.seen
    }
}
