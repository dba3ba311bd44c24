//! A queue in which requests wait for the test, in order of arrival.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use crate::seen::Seen;

/// A timeout that is longer than any test. With a paused clock, this timeout elapses as soon as no task can make
/// progress, so a test that would hang fails with a message.
const FOREVER: Duration = Duration::from_hours(365 * 24);

/// A queue of requests, each of which waits for a decision `D`.
#[derive(Debug)]
pub(crate) struct Gate<D> {
    queue: Mutex<VecDeque<Waiting<D>>>,
    grown: Notify,
}

/// A request that waits until the test decides how to handle it. If a `Waiting` value is dropped without a decision,
/// `park` returns `None`.
#[derive(Debug)]
pub(crate) struct Waiting<D> {
    pub(crate) seen: Seen,
    decide: oneshot::Sender<D>,
}

impl<D> Default for Gate<D> {
    fn default() -> Self {
        Self { queue: Mutex::default(), grown: Notify::new() }
    }
}

impl<D> Gate<D> {
    /// Waits until the test decides how to handle the request. Returns `None` if the test dropped the request.
    pub(crate) async fn park(&self, seen: &Seen) -> Option<D> {
        let (decide, decision) = oneshot::channel();
        self.queue().push_back(Waiting { seen: seen.clone(), decide });
        self.grown.notify_waiters();
        decision.await.ok()
    }

    /// Returns the next request in this queue whose caller is still waiting.
    pub(crate) async fn next(&self, what: &str, so_far: impl Fn() -> Vec<Seen>) -> Waiting<D> {
        let next = async {
            loop {
                let grown = self.grown.notified();
                if let Some(waiting) = self.try_next() {
                    return waiting;
                }
                grown.await;
            }
        };
        let Ok(waiting) = tokio::time::timeout(FOREVER, next).await else {
            panic!("no {what} parks, and nothing else can happen; so far: {:#?}", so_far());
        };
        waiting
    }

    pub(crate) fn try_next(&self) -> Option<Waiting<D>> {
        let mut queue = self.queue();
        std::iter::from_fn(|| queue.pop_front()).find(|waiting| !waiting.is_abandoned())
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue().iter().filter(|waiting| !waiting.is_abandoned()).count()
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Waiting<D>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D> Waiting<D> {
    pub(crate) fn decide(self, decision: D) {
        // It is not an error if the receiver is closed, because the caller can abandon the request.
        let _ = self.decide.send(decision);
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.decide.is_closed()
    }

    pub(crate) async fn abandoned(&mut self) {
        self.decide.closed().await;
    }
}
