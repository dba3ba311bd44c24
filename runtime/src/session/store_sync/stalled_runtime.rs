//! Releases the store's lock if a runtime stalls. While the session holds the lock, a separate thread regularly checks
//! whether the lock has been held for too long. The separate thread is needed because other processes can be waiting
//! for the lock while this process does not make any further calls.

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

/// The additional time that the watchdog waits for a stalled refresh after the waiting calls have timed out. The
/// additional time lets a waiting call in this process replace the stalled refresh and take over the refresh's lock.
const LATER: Duration = Duration::from_secs(1);
/// The time limit for the thread that stores a change.
const LONGEST_SAVE: Duration = Duration::from_secs(20);

impl Session {
    /// Starts a watchdog that checks this session's lock until the lock is released.
    pub(super) fn watch_lock(&self, store_sync: &StoreSync) {
        if !store_sync.state().lock.begin_watch() {
            return;
        }
        let session = Arc::downgrade(&self.0);
        watchdog::watch(LONGEST_WAIT + LATER, move || Self(session.upgrade()?).check_lock());
    }

    /// Checks the lock. Returns the time of the next check, or `None` if the lock has been released.
    fn check_lock(&self) -> Option<Duration> {
        let store_sync = self.store_sync()?;
        let held_for = store_sync.state().lock.watch()?;
        let HeldFor::Refresh(refresh) = held_for else {
            self.store_on_a_thread();
            return Some(LONGEST_WAIT);
        };
        let left = refresh.time_left_by_wall_clock();
        if left.is_zero() {
            // Cancelling the refresh's task drops the refresh. The dropped refresh releases the lock, unless a change
            // to the session has not been stored yet. If the refresh is being polled, it is dropped after the poll.
            refresh.task().cancel();
        }
        Some(left + LATER)
    }

    /// Stores the change that the lock protects. If the writer's runtime stalls, a new thread with its own runtime
    /// continues the write.
    fn store_on_a_thread(&self) {
        let session = self.clone();
        // If no thread can be started, the next check of the lock tries to start one.
        let _ = thread::Builder::new().name("afresh-store".into()).spawn(move || {
            let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
            // If the store fails, the next call starts a writer that stores the change.
            let _ = runtime.block_on(async { timeout(LONGEST_SAVE, session.saved()).await });
        });
    }
}
