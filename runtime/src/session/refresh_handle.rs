//! How callers wait for a refresh: each of them holds a [`RefreshHandle`].

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::error::Error;

/// A handle to one refresh. Dropping it changes nothing for other callers.
#[derive(Clone, Default)]
pub(super) struct RefreshHandle(Arc<Shared>);

/// What the waiters of one refresh share. Ten thousand may wait, so it is small.
#[derive(Default)]
struct Shared {
    failure: OnceLock<RefreshFailure>,
    done: Notify,
}

/// `None` if the refresh succeeded or was detached. The session then has the details.
pub(super) type RefreshFailure = Option<Error>;

impl RefreshHandle {
    /// Resolves when the refresh is complete. It must be enabled before [`failure`](Self::failure) is read.
    pub(super) fn completed(&self) -> Notified<'_> {
        self.0.done.notified()
    }

    /// The failure, once the refresh is complete.
    pub(super) fn failure(&self) -> Option<&RefreshFailure> {
        self.0.failure.get()
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
