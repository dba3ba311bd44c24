//! A wrapper that can pause any store at any step.
//!
//! The wrapper relies only on what the documentation of `SessionStore` guarantees.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use afresh::error::BoxError;
use afresh::store::{Revision, SessionStore, StoreLock, Stored, Swap};
use tokio::sync::Notify;

use crate::calls::print_line;

/// A store that can pause at any step. The steps of a refresh are, in order, `before lock`, `after lock`,
/// `before load`, `after load`, `before intent`, `after intent`, and, after the server's response, `before persist`,
/// `after persist`.
pub struct Stepped<S> {
    store: Arc<S>,
    steps: Steps,
}

/// The step at which the store pauses, and the signal to continue.
#[derive(Clone, Default)]
pub struct Steps(Arc<Inner>);

#[derive(Default)]
struct Inner {
    stop_at: Mutex<String>,
    arrived: Notify,
    go: Notify,
    /// The number of swaps since the lock was acquired.
    swaps: AtomicUsize,
}

impl Steps {
    /// Makes the store pause at `step`. If `step` is empty, the store does not pause.
    pub fn stop_at(&self, step: &str) {
        step.clone_into(&mut self.0.stop_at.lock().expect("no panic"));
    }

    /// Waits until the store pauses at the step that `stop_at` set.
    pub async fn arrival(&self) {
        self.0.arrived.notified().await;
    }

    /// Lets the store continue.
    pub fn go(&self) {
        self.0.go.notify_one();
    }

    async fn at(&self, when: &str, what: &str) {
        let step = format!("{when} {what}");
        let here = std::mem::take(&mut *self.0.stop_at.lock().expect("no panic"));
        if here != step {
            self.stop_at(&here);
            return;
        }
        print_line(&format!("at: {step}"));
        self.0.arrived.notify_one();
        self.0.go.notified().await;
    }
}

impl<S> Stepped<S> {
    pub fn new(store: Arc<S>, steps: Steps) -> Self {
        Self { store, steps }
    }
}

impl<S: SessionStore> SessionStore for Stepped<S> {
    async fn load(&self) -> Result<Stored, BoxError> {
        self.steps.at("before", "load").await;
        let stored = self.store.load().await;
        self.steps.at("after", "load").await;
        stored
    }

    async fn swap(&self, swap: Swap) -> Result<Option<Revision>, BoxError> {
        let what = match swap.fence {
            None => "write",
            Some(_) if self.steps.0.swaps.fetch_add(1, Ordering::Relaxed) == 0 => "intent",
            Some(_) => "persist",
        };
        self.steps.at("before", what).await;
        let swapped = self.store.swap(swap).await;
        self.steps.at("after", what).await;
        swapped
    }

    async fn lock(&self) -> Result<Option<StoreLock>, BoxError> {
        self.steps.at("before", "lock").await;
        let lock = self.store.lock().await;
        self.steps.0.swaps.store(0, Ordering::Relaxed);
        self.steps.at("after", "lock").await;
        lock
    }

    async fn changed(&self, seen: Revision) {
        self.store.changed(seen).await;
    }
}
