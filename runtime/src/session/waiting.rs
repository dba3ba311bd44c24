//! Waits for a refresh on behalf of a call, and replaces a refresh that stalls.

use std::future::Future;
use std::sync::Arc;

use super::call_types::Wait;
use super::errors::{self, reentrant};
use super::refresh_handle::RefreshHandle;
use super::refresh_task::{self, PreparedRefresh};
use super::session::{Boxed, Session};
use super::snapshot::Snapshot;
use crate::error::{Error, Kind, Stamp};
use crate::trace;

impl Session {
    /// Waits for the refresh. Returns the session's new snapshot if the refresh produced a newer credential.
    #[expect(clippy::manual_async_fn, reason = "an async fn would store its arguments twice while it waits")]
    pub(crate) fn wait(&self, wait: Wait) -> impl Future<Output = Result<Arc<Snapshot>, Error>> + Send + '_ {
        async move {
            trace::waits();
            let failure = refresh_task::wait_for(&wait.handle, self).await;
            let waited = self.after_wait(wait.stamp, wait.refused, failure);
            if waited.as_ref().is_err_and(Error::is_session_expired) {
                self.end_is_saved().await;
            }
            waited
        }
    }

    /// Waits until the store records that the session has ended. The process might exit as soon as a caller receives an
    /// error about an expired session, and a process that starts later must not send the rejected refresh token again.
    /// If the store fails, this function returns without waiting any longer.
    pub(crate) fn end_is_saved(&self) -> Boxed<'_, ()> {
        Box::pin(async {
            let _ = self.saved().await;
        })
    }

    fn after_wait(
        &self,
        stamp: Stamp,
        refused: bool,
        failure: Option<Error>,
    ) -> Result<Arc<Snapshot>, Error> {
        let (ended, current) = self.update(|machine| (machine.ended(stamp), machine.current().clone()));
        let same_epoch = current.stamp.epoch == stamp.epoch;
        if same_epoch && current.stamp.generation > stamp.generation && ended.is_none() {
            let same_token = refused && current.has_token_of(stamp);
            return if same_token { Err(errors::no_progress()) } else { Ok(current) };
        }
        // The refresh error contains more details than the general error about an expired session.
        let failure = failure.filter(|_| same_epoch);
        Err(failure.or(ended).unwrap_or_else(|| {
            Error::new(Kind::Refresh, "the refresh did not return a newer credential. Try again later")
        }))
    }

    /// Whether the refresh that `handle` refers to is still running. A login, a logout or another refresh can replace a
    /// running refresh.
    pub(super) fn is_refreshed_by(&self, handle: &RefreshHandle) -> bool {
        self.lock().handle().as_ref() == Some(handle)
    }

    /// Whether the refresh that `handle` refers to may send the refresh token, because the refresh is still running. If
    /// the result is `true`, `handle` records that the refresh token may have been sent.
    pub(super) fn may_send(&self, handle: &RefreshHandle) -> bool {
        let machine = self.lock();
        let is_running = machine.handle().as_ref() == Some(handle);
        if is_running {
            handle.set_sent();
        }
        is_running
    }

    /// Drops the refresh that `stuck` identifies, because the refresh's runtime has stalled. A new refresh replaces the
    /// stalled refresh and takes over the store's lock. Returns the handle of the new refresh, or of another refresh
    /// that had already replaced the stalled refresh.
    pub(super) fn take_over(&self, stuck: &RefreshHandle) -> Option<RefreshHandle> {
        let (running, prepared) = self.update(|machine| {
            let (running, basis) = (machine.handle(), machine.current().clone());
            let cause = machine.cause().filter(|_| running.as_ref() == Some(stuck));
            let Some(cause) = cause else { return (running, None) };
            let prepared = PreparedRefresh::new(self, basis, cause);
            let next = prepared.handle();
            if stuck.is_sent() {
                next.set_sent();
            }
            machine.replace_handle(next.clone());
            if let Some(store_sync) = self.store_sync() {
                store_sync.state().hand_over_lock(stuck, &next);
            }
            (Some(next), Some(prepared))
        });
        if let Some(prepared) = prepared {
            stuck.task().cancel();
            prepared.spawn(self.clone());
        }
        running
    }

    pub(super) fn refuse_reentry(&self) -> Result<(), Error> {
        if refresh_task::is_refresh_task_of(self) {
            return Err(reentrant());
        }
        Ok(())
    }
}
