//! How callers wait for a refresh: each of them holds a [`RefreshHandle`].

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::Instant;

use crate::error::Error;
use crate::platform::task::Cancel;

/// A handle to one refresh. Dropping it changes nothing for other callers.
#[derive(Clone)]
pub(super) struct RefreshHandle(Arc<Shared>);

/// What the waiters of one refresh share. Ten thousand may wait, so it is small.
struct Shared {
    failure: OnceLock<RefreshFailure>,
    done: Notify,
    started: Instant,
    limit: Duration,
    /// When the refresh has taken too long, in milliseconds since it started.
    due: AtomicU64,
    task: Cancel,
}

/// `None` if the refresh succeeded or was detached. The session then has the details.
pub(super) type RefreshFailure = Option<Error>;

impl RefreshHandle {
    /// `limit`: after this time, the refresh can be given up.
    pub(super) fn new(limit: Duration) -> Self {
        Self(Arc::new(Shared {
            failure: OnceLock::new(),
            done: Notify::new(),
            started: Instant::now(),
            limit,
            due: AtomicU64::new(millis(limit)),
            task: Cancel::default(),
        }))
    }

    /// Resolves when the refresh is complete. It must be enabled before [`failure`](Self::failure) is read.
    pub(super) fn completed(&self) -> Notified<'_> {
        self.0.done.notified()
    }

    /// The failure, once the refresh is complete.
    pub(super) fn failure(&self) -> Option<&RefreshFailure> {
        self.0.failure.get()
    }

    /// How long the refresh may still take.
    pub(super) fn time_left(&self) -> Duration {
        let due = Duration::from_millis(self.0.due.load(Ordering::Relaxed));
        due.saturating_sub(self.0.started.elapsed())
    }

    /// The refresh is about to be polled. If its time is over only now, the process was suspended: the refresh
    /// gets its time once more, as [`within`](crate::platform::deadline::within) gives it.
    pub(super) fn polled(&self) {
        if self.time_left().is_zero() {
            self.0.due.store(millis(self.0.started.elapsed() + self.0.limit), Ordering::Relaxed);
        }
    }

    /// The task of the refresh.
    pub(super) fn task(&self) -> &Cancel {
        &self.0.task
    }

    /// Completes the refresh and wakes the waiters, unless it is complete already. Returns the failure that
    /// the waiters get.
    pub(super) fn complete(&self, failure: RefreshFailure) -> RefreshFailure {
        if self.0.failure.set(failure).is_ok() {
            self.0.done.notify_waiters();
        }
        self.0.failure.get().cloned().flatten()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Wakes the waiters of a refresh whose result no longer matters.
pub(super) fn complete_detached(detached: Option<RefreshHandle>) {
    if let Some(handle) = detached {
        handle.complete(None);
    }
}

impl PartialEq for RefreshHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for RefreshHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshHandle").finish_non_exhaustive()
    }
}
