//! Runs one refresh from start to completion. The refresh runs in a separate task, so it continues even if all callers
//! stop waiting.
//!
//! Callers wait for the refresh through a [`RefreshHandle`]. The handle is always completed: if the task panics or is
//! aborted, or if its runtime shuts down, a guard completes the handle with a failure. If the runtime stalls, a caller
//! on another thread abandons the refresh after a timeout and starts a new refresh.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::{attempt, result_of, too_long};
use super::decisions::{Cause, Completion, RefreshResult};
use super::errors::aborted;
use super::refresh_handle::{LONGEST_WAIT, RefreshFailure, RefreshHandle};
use super::session::Session;
use super::snapshot::Snapshot;
use super::state_machine::StateMachine;
use super::store_sync::after_commit::AfterCommit;
use super::store_sync::locked_refresh;
use crate::error::{Error, Kind};
use crate::platform::deadline::within;
use crate::trace;

/// The minimum time that a caller waits before it abandons a refresh. When a suspended process resumes, it polls its
/// refresh within one second.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// The session that the current task is refreshing.
    static REFRESHING: usize;
}

/// A refresh that is registered in the state machine but not yet spawned.
pub(super) struct PreparedRefresh {
    handle: RefreshHandle,
    basis: Arc<Snapshot>,
    cause: Cause,
}

impl PreparedRefresh {
    pub(super) fn new(session: &Session, basis: Arc<Snapshot>, cause: Cause) -> Self {
        let shared = session.store_sync().is_some();
        let limit = if shared { locked_refresh::LONGEST_WAIT } else { LONGEST_WAIT };
        Self { handle: RefreshHandle::new(limit), basis, cause }
    }

    /// Registers a new refresh, which the caller must then spawn. The caller must have checked that no refresh is
    /// running.
    pub(super) fn start(
        session: &Session,
        machine: &mut StateMachine<RefreshHandle>,
        cause: Cause,
    ) -> (RefreshHandle, Option<Self>) {
        let prepared = Self::new(session, machine.current().clone(), cause);
        let handle = prepared.handle();
        machine.start(handle.clone(), cause);
        (handle, Some(prepared))
    }

    pub(super) fn handle(&self) -> RefreshHandle {
        self.handle.clone()
    }

    /// Spawns the refresh on the session's runtime, or on the current runtime if the session has none.
    pub(super) fn spawn(self, session: Session) {
        let (runtime, handle) = (session.runtime(), self.handle.clone());
        // `RefreshTask` is created before the task is spawned, because a runtime that shuts down drops a task without
        // polling it.
        let mut task = RefreshTask { session, handle: self.handle, basis: self.basis, completed: false };
        let Some(runtime) = runtime else {
            let error =
                Error::new(Kind::Refresh, "a refresh needs a Tokio runtime. Make the call inside a runtime");
            return task.complete((RefreshResult::Aborted, Some(error)), AfterCommit::default());
        };
        let running = in_refresh_of(&task.session.clone(), task.run());
        let running = noting_polls(handle.clone(), trace::refresh(self.cause.name(), running));
        handle.task().spawn(&runtime, running);
    }
}

async fn noting_polls(handle: RefreshHandle, refresh: impl Future<Output = ()>) {
    let mut refresh = pin!(refresh);
    poll_fn(|context| {
        handle.polled();
        refresh.as_mut().poll(context)
    })
    .await;
}

/// Waits until the refresh that `handle` refers to is complete. If the refresh takes too long, its runtime has stalled,
/// so the caller starts another refresh.
pub(super) async fn wait_for(handle: &RefreshHandle, session: &Session) -> RefreshFailure {
    if !completes_in_time(handle).await || handle.task().is_cancelled() {
        if let Some(next) = session.take_over(handle) {
            // The future is boxed so that calls do not reserve memory for a second refresh, because a second refresh is
            // rare.
            return Box::pin(wait_for_last(&next, session)).await;
        }
    }
    handle.failure().cloned().flatten()
}

/// Waits for a refresh that replaced a stalled refresh. If the new refresh also stalls, it is aborted and no further
/// refresh replaces it.
async fn wait_for_last(handle: &RefreshHandle, session: &Session) -> RefreshFailure {
    if !completes_in_time(handle).await {
        session.complete(handle, RefreshResult::Aborted, &AfterCommit::default());
        handle.complete(Some(aborted()));
        handle.task().cancel();
    }
    handle.failure().cloned().flatten()
}

/// Waits until the refresh is complete or its time limit has passed. Returns `true` if the refresh is complete.
async fn completes_in_time(handle: &RefreshHandle) -> bool {
    let mut completed = pin!(handle.completed());
    // `enable` is called before the failure is read, so that a refresh that completes between the two steps is not
    // missed.
    completed.as_mut().enable();
    while handle.failure().is_none() {
        let wait = handle.time_left().max(SHORTEST_WAIT);
        if within(wait, completed.as_mut()).await.is_none() && handle.time_left().is_zero() {
            return handle.failure().is_some();
        }
    }
    true
}

/// Marks the future `refresh` as a refresh of `session` while the future runs.
pub(super) fn in_refresh_of<F: Future>(session: &Session, refresh: F) -> impl Future<Output = F::Output> {
    REFRESHING.scope(session.id(), refresh)
}

/// Whether the current task is refreshing `session`. A task that refreshes `session` must not wait for its own refresh.
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
        // A login or logout might have ended this refresh before the task began.
        if !session.is_refreshed_by(&self.handle) {
            return self.complete((RefreshResult::Aborted, None), AfterCommit::default());
        }
        let Some(store_sync) = session.store_sync() else {
            let _exchange = self.handle.exchange(&session.0.exchange).await;
            // A login or logout might have ended this refresh during the wait.
            if !session.may_send(&self.handle) {
                return self.complete((RefreshResult::Aborted, None), AfterCommit::default());
            }
            let answer = attempt(&session, &self.basis).await.unwrap_or_else(too_long);
            return self.complete(result_of(&self.basis, answer), AfterCommit::default());
        };
        // The future is boxed so that refreshes without a store do not reserve memory for this future.
        let (result, failure, after_commit) =
            Box::pin(locked_refresh::refresh(&session, store_sync, &self.handle, &mut self.basis)).await;
        self.complete((result, failure), after_commit);
    }

    /// Completes the refresh. The waiting calls are woken only after the state machine has changed and the state
    /// machine's lock is released.
    fn complete(
        &mut self,
        (result, mut failure): (RefreshResult, RefreshFailure),
        after_commit: AfterCommit,
    ) {
        self.completed = true;
        let unpublished = match &result {
            RefreshResult::Refreshed { credential, cookies } => Some((credential.clone(), cookies.clone())),
            _ => None,
        };
        let (completion, remembered) = self.session.complete(&self.handle, result, &after_commit);
        after_commit.finish(&self.session, &self.handle, completion != Completion::Discarded);
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
            if let Some((credential, _)) = self.handle.hand_over(unpublished) {
                self.session.revoke_discarded(self.basis.stamp, credential.tokens().clone());
            }
        }
    }
}

impl Drop for RefreshTask {
    fn drop(&mut self) {
        if !self.completed {
            let error = if std::thread::panicking() {
                Error::new(Kind::Refresh, "the refresh panicked. See the panic message")
            } else {
                aborted()
            };
            self.complete((RefreshResult::Aborted, Some(error)), AfterCommit::default());
        }
    }
}
