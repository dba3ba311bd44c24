//! The lock of the store is not kept by a runtime that stands still. A thread of its own checks it while this session
//! holds it, because other processes wait for the lock and no call may ever come here.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::platform::time::timeout;
use tokio::runtime::Builder;

use super::lock_slot::HeldFor;
use super::locked_refresh::LONGEST_WAIT;
use super::state::StoreSync;
use crate::platform::watchdog;
use crate::session::session::Session;

/// How much later than a waiting call this thread ends a refresh. A call of this process can take the refresh over, with
/// its lock.
const LATER: Duration = Duration::from_secs(1);
/// The longest time for the thread that stores a change.
const LONGEST_SAVE: Duration = Duration::from_secs(20);

impl Session {
    /// From now on, the lock that this session holds is checked until it is released.
    pub(super) fn watch_lock(&self, store_sync: &StoreSync) {
        if !store_sync.state().lock.begin_watch() {
            return;
        }
        let session = Arc::downgrade(&self.0);
        watchdog::watch(LONGEST_WAIT + LATER, move || Self(session.upgrade()?).check_lock());
    }

    /// Returns when to check again. `None` if the lock has been released.
    fn check_lock(&self) -> Option<Duration> {
        let store_sync = self.store_sync()?;
        let held_for = store_sync.state().lock.watch()?;
        let HeldFor::Refresh(refresh) = held_for else {
            self.store_on_a_thread();
            return Some(LONGEST_WAIT);
        };
        let left = refresh.time_left_by_wall_clock();
        if left.is_zero() {
            // This drops the refresh, which releases the lock, unless the session has changed meanwhile. If the refresh is
            // inside a poll, it is dropped afterwards.
            refresh.task().cancel();
        }
        Some(left + LATER)
    }

    /// The lock protects a change that is not stored. If the runtime of the writer stands still, a writer on another
    /// runtime takes its place.
    fn store_on_a_thread(&self) {
        let session = self.clone();
        // Without a thread, the next check tries again.
        let _ = thread::Builder::new().name("afresh-store".into()).spawn(move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            // If the store fails, the writer of the next call continues.
            let _ = runtime.block_on(async { timeout(LONGEST_SAVE, session.saved()).await });
        });
    }
}
