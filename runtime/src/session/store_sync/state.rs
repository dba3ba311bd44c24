//! Defines [`StoreSync`], which records what this process knows about a session's store.
//!
//! - The state machine contains the session itself. `StoreSync` records only which changes to the session have been
//!   stored. The session and its `StoreSync` change in one step. The state machine is always locked before the
//!   `StoreSync`.
//! - [`writer`](super::writer) stores changes, and [`adopt`](super::adopt) reads changes made by other processes.
//!   [`locked_refresh`](super::locked_refresh) holds the store's lock while it refreshes a session that other processes
//!   share. [`resend`](super::resend) decides whether a refresh token can be sent again if no response arrived.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as TaskLock, Notify, OwnedMutexGuard};

use super::lock_slot::LockSlot;
use crate::error::{BoxError, Error, Kind};
use crate::platform::random::random_u128;
use crate::platform::runtime::AbortHandle;
use crate::platform::task::Cancel;
use crate::platform::time::{Instant, timeout};
use crate::session::errors::store_timeout;
use crate::session::record::{Intent, Record, StoredSession};
use crate::session::refresh_handle::RefreshHandle;
use crate::session::snapshot::{LoginState, Snapshot};
use crate::session::store_rules::{Here, StoreView, StoredAs, StoredRecord};
use crate::store::{ErasedStore, Revision, Swap};

/// The time limit for one store operation.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);
/// The time after which a stalled task loses its exclusive access to the store.
const LONGEST_EXCLUSIVE: Duration = Duration::from_secs(15);

/// The guard that a task holds while it uses the store.
pub(super) type Exclusive = OwnedMutexGuard<()>;

pub(crate) struct StoreSync {
    pub(super) store: Arc<dyn ErasedStore>,
    pub(super) state: Mutex<SyncState>,
    /// The lock that a task holds while it uses the store, so that no task in this process reads an unfinished write.
    /// If a task that holds the lock makes no progress, other tasks get a new lock instead of waiting for the old lock.
    exclusive: Mutex<Arc<TaskLock<()>>>,
    progress: Mutex<Progress>,
    progressed: Notify,
    /// Notifies the writer about a new change, or about a caller that is waiting for a write.
    pub(super) write_now: Notify,
    /// Whether there is an unstored change that no task is writing.
    pub(super) writer_missing: AtomicBool,
    pub(super) reported_uncoordinated: AtomicBool,
    pub(super) watcher: OnceLock<AbortHandle>,
    /// The identifier of the storage location, if the store returns one.
    pub(super) place: OnceLock<String>,
}

pub(super) struct Found {
    pub(super) revision: Revision,
    pub(super) record: Record,
}

pub(crate) struct SyncState {
    pub(super) view: View,
    pub(super) writing: bool,
    pub(super) writer: Cancel,
    /// The number of failed writes since the last successful write.
    pub(super) failures: u32,
    pub(super) lock: LockSlot,
    pub(super) reads: u64,
    /// The time of the last read from the store, and the error if this read failed.
    pub(super) last_read: Option<(Instant, Option<Error>)>,
}

/// See [`StoreView`].
pub(super) type View = StoreView<String, Intent, Revision>;

/// The number of stored changes, counted in the same way as [`StoreView::changes`].
#[derive(Clone, Default)]
pub(super) struct Progress {
    pub(super) written: u64,
    pub(super) failed: Option<Failure>,
}

#[derive(Clone)]
pub(super) struct Failure {
    /// The number of the last change that the failed write would have stored.
    pub(super) target: u64,
    pub(super) error: Error,
    pub(super) at: Instant,
}

impl Failure {
    pub(super) fn now(target: u64, error: Error) -> Self {
        Self { target, error, at: Instant::now() }
    }
}

/// Determines which stored sessions the process uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Adopt {
    /// If there is a login, the process reads only changes that other processes made to this login. If there is no
    /// login, the process uses whatever session is stored.
    SameLogin,
    /// If a session is stored, the process uses it, even if the session belongs to a different login.
    AnyLogin,
}

impl StoreSync {
    pub(super) fn new(store: Arc<dyn ErasedStore>, here: &Snapshot) -> Self {
        let stored_as = StoredAs::new(here.stamp.epoch, new_login());
        let logged_out = matches!(here.login_state, LoginState::LoggedOut);
        let state = SyncState {
            view: View::new(if logged_out { stored_as.confirmed() } else { stored_as }),
            writing: false,
            writer: Cancel::default(),
            failures: 0,
            lock: LockSlot::default(),
            reads: 0,
            last_read: None,
        };
        Self {
            store,
            state: Mutex::new(state),
            exclusive: Mutex::default(),
            progress: Mutex::default(),
            progressed: Notify::new(),
            write_now: Notify::new(),
            writer_missing: AtomicBool::new(false),
            reported_uncoordinated: AtomicBool::new(false),
            watcher: OnceLock::new(),
            place: OnceLock::new(),
        }
    }

    /// Locks the state. To avoid a deadlock, the state machine is always locked before the `SyncState`.
    pub(crate) fn state(&self) -> MutexGuard<'_, SyncState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn report(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress());
        self.progressed.notify_waiters();
    }

    /// Waits until the change with number `change` is stored, or until a write that includes this change fails.
    pub(super) async fn tried(&self, change: u64) -> Progress {
        let mut progressed = pin!(self.progressed.notified());
        loop {
            // `enable` is called before the progress is read, so that an update between these two steps wakes the task.
            progressed.as_mut().enable();
            let now = self.progress().clone();
            if now.written >= change || now.failed.as_ref().is_some_and(|failed| failed.target >= change) {
                return now;
            }
            progressed.as_mut().await;
            progressed.set(self.progressed.notified());
        }
    }

    /// Waits until no other task is using the store. If another task stalls, `exclusive` waits for that task only until
    /// a time limit has passed.
    pub(super) async fn exclusive(&self) -> Exclusive {
        loop {
            let lock = self.exclusive_lock().clone();
            if let Ok(exclusive) = timeout(LONGEST_EXCLUSIVE, lock.clone().lock_owned()).await {
                return exclusive;
            }
            let mut current = self.exclusive_lock();
            if Arc::ptr_eq(&current, &lock) {
                *current = Arc::default();
            }
        }
    }

    fn exclusive_lock(&self) -> MutexGuard<'_, Arc<TaskLock<()>>> {
        self.exclusive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn load(&self) -> Result<Found, Error> {
        let stored =
            in_time(self.store.load(), "the session could not be read from the store. Check the store")
                .await?;
        let record = Record::read(&stored.record)?;
        if record.session.as_ref().is_some_and(|session| session.place.is_some()) {
            self.locate().await;
        }
        Ok(Found { revision: stored.revision, record })
    }

    /// Reads the identifier of the storage location before a session is written to the store or read from it. Some
    /// stores do not return an identifier for their storage location.
    pub(super) async fn locate(&self) {
        if self.place.get().is_none() {
            if let Ok(Some(place)) = timeout(DEADLINE, self.store.place()).await {
                let _ = self.place.set(place);
            }
        }
    }

    /// Returns the identifier of the storage location that the session was copied from, or `None` if `stored` is not a
    /// copy.
    pub(super) fn other_place(&self, stored: &StoredSession) -> Option<String> {
        stored.place.clone().filter(|place| self.place.get() != Some(place))
    }

    /// Whether `stored` is a copy of a session that might still be in use with the same refresh token.
    pub(super) fn is_shared(&self, stored: &StoredSession) -> bool {
        stored.can_be_spent() && self.place.get().is_some() && self.other_place(stored).is_some()
    }

    /// Returns the identifier of the storage location to which the session was first written.
    pub(super) fn place_of(&self, stored_as: &StoredAs<String>) -> Option<String> {
        stored_as.other_place.as_ref().or(self.place.get()).cloned()
    }

    pub(super) async fn swap(&self, swap: Swap) -> Result<Option<Revision>, Error> {
        in_time(
            self.store.swap(swap),
            "the session could not be stored and is kept in memory only. Check the store",
        )
        .await
    }
}

impl Drop for StoreSync {
    fn drop(&mut self) {
        if let Some(watcher) = self.watcher.get() {
            watcher.abort();
        }
    }
}

impl SyncState {
    pub(super) fn view_of(&mut self, here: &Snapshot) -> &mut View {
        self.view.in_epoch(here.stamp.epoch, new_login)
    }

    pub(super) fn count_failure(&mut self) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.failures
    }

    pub(crate) fn hand_over_lock(&mut self, from: &RefreshHandle, to: &RefreshHandle) {
        self.lock.hand_over(from, to);
    }

    pub(crate) fn changed(&mut self) {
        self.view.changed();
    }

    /// Records that the session has a new credential that has not been stored yet.
    pub(crate) fn rotated(&mut self, here: &Snapshot) {
        self.view_of(here).refreshed(None, false);
    }
}

impl Found {
    pub(super) fn stored(&self) -> StoredRecord<String, Intent, Revision> {
        StoredRecord {
            revision: self.revision,
            identity: self.record.session.as_ref().map(StoredSession::identity),
            intent: self.record.intent.clone(),
        }
    }
}

pub(super) fn here_of(here: &Snapshot) -> Here {
    match here.login_state {
        LoginState::LoggedOut => Here::LoggedOut,
        LoginState::LoggedIn(_) => Here::LoggedIn,
        LoginState::Expired { .. } => Here::Expired,
    }
}

pub(super) fn new_login() -> String {
    format!("{:032x}", random_u128())
}

async fn in_time<T>(
    operation: impl Future<Output = Result<T, BoxError>>,
    text: &'static str,
) -> Result<T, Error> {
    match timeout(DEADLINE, operation).await {
        Ok(done) => done.map_err(|error| Error::new(Kind::Store, text).with_source(error)),
        Err(elapsed) => Err(store_timeout().with_source(elapsed)),
    }
}
