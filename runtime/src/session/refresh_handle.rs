//! How callers wait for a refresh: a [`Ticket`], which each of them holds and nothing else.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::error::Error;

/// How a caller waits for a flight. Dropping it changes nothing for anybody else.
#[derive(Clone, Default)]
pub(super) struct RefreshHandle(Arc<Shared>);

/// What the waiters of one flight are told. Ten thousand may wait, so this is as little as it takes.
#[derive(Default)]
struct Shared {
    failure: OnceLock<RefreshFailure>,
    told: Notify,
}

/// `None`: landed well or detached, the session says the rest.
pub(super) type RefreshFailure = Option<Error>;

impl RefreshHandle {
    /// Resolves when the outcome is announced. It must be enabled before [`outcome`](Self::outcome) is read.
    pub(super) fn completed(&self) -> Notified<'_> {
        self.0.told.notified()
    }

    /// The outcome, once it is announced.
    pub(super) fn failure(&self) -> Option<&RefreshFailure> {
        self.0.failure.get()
    }

    /// Wakes the waiters, unless they have been told already; what they are told.
    pub(super) fn complete(&self, failure: RefreshFailure) -> RefreshFailure {
        if self.0.failure.set(failure).is_ok() {
            self.0.told.notify_waiters();
        }
        self.0.failure.get().cloned().flatten()
    }
}

/// Who waits for a flight that does not matter any more need not wait for its end.
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
        f.debug_struct("Ticket").finish_non_exhaustive()
    }
}
