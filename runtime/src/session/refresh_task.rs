//! One refresh from start to completion. It is a task of its own, so it does not end when a caller stops
//! waiting.
//!
//! Callers hold a [`RefreshHandle`] and nothing else. The task completes it in every case: a guard reports a
//! panic, an abort or the shutdown of the runtime as a failure. If the runtime stops without dropping the
//! task, a waiter completes it after a timeout.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::attempt::{attempt, result_of, too_long};
use super::decisions::{Cause, Completion, RefreshResult};
use super::errors::aborted;
use super::refresh_handle::{RefreshFailure, RefreshHandle};
use super::session::Session;
use super::snapshot::Snapshot;
use super::store_sync::after_commit::AfterCommit;
use super::store_sync::locked_refresh;
use crate::error::{Error, Kind};
use crate::platform::deadline::within;
use crate::platform::task;
use crate::trace;

/// Longest time that a caller waits. The task has its own, shorter deadline.
const LONGEST_WAIT: Duration = Duration::from_secs(11);

tokio::task_local! {
    /// The session that this task refreshes.
    static REFRESHING: usize;
}

/// A refresh that is reserved in the state machine and not spawned yet.
pub(super) struct PreparedRefresh {
    handle: RefreshHandle,
    basis: Arc<Snapshot>,
    cause: Cause,
}

impl PreparedRefresh {
    pub(super) fn new(basis: Arc<Snapshot>, cause: Cause) -> Self {
        Self { handle: RefreshHandle::default(), basis, cause }
    }

    pub(super) fn handle(&self) -> RefreshHandle {
        self.handle.clone()
    }

    /// Spawns the refresh on the current runtime.
    pub(super) fn spawn(self, session: Session) {
        // The guard exists before the task: a runtime that shuts down drops the task without polling it.
        let mut task = RefreshTask { session, handle: self.handle, basis: self.basis, completed: false };
        let Ok(runtime) = Handle::try_current() else {
            let error =
                Error::new(Kind::Refresh, "a refresh needs a Tokio runtime. Make the call inside one");
            return task.complete((RefreshResult::Aborted, Some(error)), AfterCommit::default());
        };
        let running = REFRESHING.scope(task.session.id(), task.run());
        task::spawn(&runtime, trace::refresh(self.cause.name(), running));
    }
}

/// Waits until the refresh of `handle` is complete. Returns its failure, if it failed.
pub(super) async fn wait_for(handle: &RefreshHandle, session: &Session) -> RefreshFailure {
    let mut completed = pin!(handle.completed());
    // Registers first and reads second, so that no completion is missed in between.
    completed.as_mut().enable();
    if handle.failure().is_none() {
        let patience =
            if session.store_sync().is_some() { locked_refresh::LONGEST_WAIT } else { LONGEST_WAIT };
        if within(patience, completed).await.is_none() {
            session.complete(handle, RefreshResult::Aborted, &AfterCommit::default());
            return handle.complete(Some(aborted()));
        }
    }
    handle.failure().cloned().flatten()
}

/// Whether the current task refreshes `session`. If it does, it must not wait for the refresh.
pub(super) fn is_refresh_task_of(session: &Session) -> bool {
    REFRESHING.try_with(|running| *running == session.id()).unwrap_or(false)
}

struct RefreshTask {
    session: Session,
    handle: RefreshHandle,
    basis: Arc<Snapshot>,
    completed: bool,
}

impl RefreshTask {
    async fn run(mut self) {
        let session = self.session.clone();
        let Some(store_sync) = session.store_sync() else {
            let answer = attempt(&session, &self.basis).await.unwrap_or_else(too_long);
            return self.complete(result_of(&self.basis, answer), AfterCommit::default());
        };
        // Boxed, so that a refresh without a store does not reserve the memory.
        let (result, failure, after_commit) =
            Box::pin(locked_refresh::refresh(&session, store_sync, &mut self.basis)).await;
        self.complete((result, failure), after_commit);
    }

    /// Changes the state machine first, then wakes the waiters outside of its lock.
    fn complete(
        &mut self,
        (result, mut failure): (RefreshResult, RefreshFailure),
        after_commit: AfterCommit<'_>,
    ) {
        self.completed = true;
        let brought = match &result {
            RefreshResult::Refreshed { credential, cookies } => Some((credential.clone(), cookies.clone())),
            _ => None,
        };
        let (completion, remembered) = self.session.complete(&self.handle, result, &after_commit);
        after_commit.finish(&self.session, completion != Completion::Discarded);
        if completion == Completion::Failed && failure.is_none() {
            failure = remembered;
        }
        let failure = self.handle.complete(failure);
        let traced =
            failure.as_ref().filter(|_| matches!(completion, Completion::Failed | Completion::Expired));
        trace::refresh_ended(completion.name(), traced);
        if completion == Completion::Discarded {
            trace::refresh_discarded();
        }
        self.session.emit_completion(completion, failure);
        if completion == Completion::Discarded {
            if let Some((credential, _)) = self.handle.hand_over(brought) {
                self.session.revoke_discarded(self.basis.stamp, credential.tokens().clone());
            }
        }
    }
}

impl Drop for RefreshTask {
    fn drop(&mut self) {
        if !self.completed {
            let error = if std::thread::panicking() {
                Error::new(Kind::Refresh, "the refresh panicked. See the message of the panic")
            } else {
                aborted()
            };
            self.complete((RefreshResult::Aborted, Some(error)), AfterCommit::default());
        }
    }
}
