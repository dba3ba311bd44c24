//! Stores changes to the session in the order in which they were made. Only one task at a time writes the session, and
//! this task continues until all changes are stored.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::lock_slot::Held;
use super::state::{Failure, Progress, StoreSync, SyncState};
use crate::error::{Error, Kind};
use crate::platform::IN_BROWSER;
use crate::platform::backoff::doubled;
use crate::platform::task::Cancel;
use crate::platform::time::timeout;
use crate::session::events::SessionEvent;
use crate::session::session::Session;
use crate::store::ErasedStore;

/// The pause after the first failed write. Each further failure doubles the pause.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The time limit for one write: the time limit for one store operation, plus one second.
const LONGEST_WRITE: Duration = Duration::from_secs(6);
/// The number of failed attempts to store a login or logout after which the store's lock is released.
const LAST_PROTECTED: u32 = 3;
/// The number of failed writes after which the writer abandons a dropped session.
const LAST_FAILURE: u32 = 8;

impl Session {
    /// Sets the store. Only the first call to `set_store` has an effect, so a client that joins a session does not
    /// change where the session is stored.
    pub(crate) fn set_store(&self, store: Arc<dyn ErasedStore>) {
        let here = self.snapshot();
        if self.0.store_sync.set(Box::new(StoreSync::new(store, &here))).is_ok()
            && here.credential().is_some()
        {
            self.save();
        }
        // If the processes that use the store share cookies, as browser tabs do, a login or logout in another process
        // affects this process even before this process makes a call.
        if let Some(store_sync) = self.store_sync().filter(|store_sync| store_sync.store.shares_cookies()) {
            self.watch_store(store_sync);
        }
        self.require_login();
    }

    /// Records that the session has changed, and starts storing the change.
    pub(crate) fn save(&self) {
        if let Some(store_sync) = self.store_sync() {
            store_sync.state().changed();
            self.start_to_write(store_sync);
        }
    }

    /// Increments the number of changes to the session. Call this method in the state machine step that changes the
    /// session. If a refresh ends after this state machine step and before the change is stored, the refresh keeps the
    /// store's lock until the change is stored (see [`store_changes`](Self::store_changes)).
    pub(crate) fn count_change(&self) {
        if let Some(store_sync) = self.store_sync() {
            store_sync.state().changed();
        }
    }

    /// Starts storing the changes counted by [`count_change`](Self::count_change).
    pub(crate) fn store_changes(&self) {
        if let Some(store_sync) = self.store_sync() {
            self.start_to_write(store_sync);
        }
    }

    /// Starts the writer if the writer could not start earlier because there was no Tokio runtime.
    pub(crate) fn ensure_writer(&self) {
        if let Some(store_sync) = self.store_sync() {
            if store_sync.writer_missing.load(Ordering::Relaxed) {
                self.start_to_write(store_sync);
            }
        }
    }

    pub(super) fn start_to_write(&self, store_sync: &StoreSync) {
        let Some(runtime) = self.runtime() else {
            return store_sync.writer_missing.store(true, Ordering::Relaxed);
        };
        store_sync.writer_missing.store(false, Ordering::Relaxed);
        let started = {
            let mut state = store_sync.state();
            let starts = state.view.has_unwritten() && !std::mem::replace(&mut state.writing, true);
            starts.then(|| {
                state.writer = Cancel::default();
                state.writer.clone()
            })
        };
        match started {
            Some(task) => task.spawn(&runtime, Writer { session: self.clone(), ended: false }.run()),
            None => store_sync.write_now.notify_one(),
        }
    }

    /// Waits until the current session is stored or the store has failed.
    pub(crate) async fn saved(&self) -> Result<(), Error> {
        let Some(store_sync) = self.store_sync() else { return Ok(()) };
        let changes = store_sync.state().view.changes;
        let before = store_sync.progress().clone();
        if before.written >= changes {
            return Ok(());
        }
        if self.runtime().is_none() {
            return Err(Error::new(
                Kind::Store,
                "storing the session needs a Tokio runtime. Change the session inside a Tokio runtime",
            ));
        }
        let old = |failure: &Failure| failure.at.elapsed() > LONGEST_PAUSE + LONGEST_WRITE;
        if before.failed.as_ref().is_some_and(old) {
            // A writer that was still making progress would have retried the failed write by now.
            self.replace_writer(store_sync);
        } else {
            self.start_to_write(store_sync);
        }
        if timeout(LONGEST_WRITE, store_sync.tried(changes)).await.is_err() {
            self.replace_writer(store_sync);
        }
        let after = store_sync.tried(changes).await;
        match after.failed {
            Some(failed) if after.written < changes => Err(failed.error),
            _ => Ok(()),
        }
    }

    /// Replaces the writer, which no longer makes progress because its Tokio runtime has stalled.
    fn replace_writer(&self, store_sync: &StoreSync) {
        let writer = store_sync.state().writer.clone();
        writer.cancel();
        store_sync.report(|progress| progress.failed = None);
        self.start_to_write(store_sync);
    }

    /// Whether this process can still refresh the session that it just ended, whose epoch is `epoch`. The session
    /// cannot be refreshed if another process might have sent the refresh token. If `is_apart` is true, and all tabs of
    /// a browser share the refresh token as a cookie, the cookie contains the newest refresh token that the browser has
    /// received. This method first records in the store that the session has ended, so that no other process sends the
    /// refresh token later.
    pub(crate) async fn can_refresh_ended(&self, epoch: u64, is_apart: bool) -> bool {
        let Some(store_sync) = self.store_sync() else { return true };
        let is_newest_cookie =
            IN_BROWSER && is_apart && store_sync.store.shares_cookies() && self.keeps_cookies();
        self.saved().await.is_ok() && (is_newest_cookie || !store_sync.state().view.is_used_elsewhere(epoch))
    }
}

/// The only task that writes a session to its store.
struct Writer {
    session: Session,
    ended: bool,
}

impl Writer {
    async fn run(mut self) {
        let session = self.session.clone();
        let Some(store_sync) = session.store_sync() else { return };
        loop {
            let target = store_sync.state().view.changes;
            let written = session.write(store_sync).await;
            match written {
                Ok(()) => {
                    let ended = self.written(store_sync, target);
                    store_sync.report(|progress| *progress = Progress { written: target, failed: None });
                    if ended {
                        return;
                    }
                }
                Err(error) => {
                    let failures = store_sync.state().count_failure();
                    if failures == 1 {
                        session.emit(SessionEvent::StoreFailed(error.clone()));
                    }
                    store_sync.report(|progress| progress.failed = Some(Failure::now(target, error)));
                    let pause = doubled(FIRST_PAUSE, failures - 1, LONGEST_PAUSE);
                    let protects_nothing = failures >= LAST_PROTECTED;
                    drop(protects_nothing.then(|| self.end_protection(store_sync)));
                    // This task itself holds two references to the session: `self` and `session`.
                    if failures >= LAST_FAILURE && Arc::strong_count(&session.0) <= 2 {
                        return;
                    }
                    let _ = timeout(pause, store_sync.write_now.notified()).await;
                }
            }
        }
    }

    /// Returns the store's lock if a login or logout cannot be stored, so that the caller can release the lock. Other
    /// processes must not wait for a login or logout that cannot be stored. If the result of a refresh cannot be
    /// stored, the store's lock is kept, because the store still contains the refresh token that the refresh has used.
    fn end_protection(&self, store_sync: &StoreSync) -> Option<Held> {
        let machine = self.session.lock();
        let mut state = store_sync.state();
        if state.view_of(machine.current()).stored_as.is_confirmed() {
            None
        } else {
            state.lock.end_protection()
        }
    }

    /// Records that all changes up to number `target` have been written. Returns whether all changes have been written.
    fn written(&mut self, store_sync: &StoreSync, target: u64) -> bool {
        let mut state = store_sync.state();
        state.view.written_up_to(target);
        state.failures = 0;
        self.ended = !state.view.has_unwritten();
        let lock = if self.ended { finish_writing(&mut state) } else { None };
        drop(state);
        // Dropping the store's lock runs the store's code, which must not run while this function has `state` locked.
        drop(lock);
        self.ended
    }
}

fn finish_writing(state: &mut SyncState) -> Option<Held> {
    state.writing = false;
    state.lock.end_protection()
}

/// A Tokio runtime that shuts down drops this writer, and the next writer stores the remaining changes.
impl Drop for Writer {
    fn drop(&mut self) {
        let Some(store_sync) = self.session.store_sync().filter(|_| !self.ended) else { return };
        let target = {
            let mut state = store_sync.state();
            state.writing = false;
            state.view.changes
        };
        store_sync.writer_missing.store(true, Ordering::Relaxed);
        store_sync.report(|progress| {
            if progress.written < target {
                progress.failed = Some(Failure::now(target, cancelled()));
            }
        });
    }
}

fn cancelled() -> Error {
    Error::new(
        Kind::Store,
        "storing the session was cancelled because the Tokio runtime shut down. The next call stores the session",
    )
}
