//! What this process knows about the store of a session: [`StoreSync`]. A session without a store has none,
//! and pays nothing for it.
//!
//! - The session itself is in the state machine. This file holds only how much of it is stored. Both change
//!   in one step, under the lock of the state machine first.
//! - [`write`](super::write) stores changes, [`adopt`](super::adopt) reads those of other processes.
//!   [`locked_refresh`](super::locked_refresh) is a refresh that other processes may start as well, and
//!   [`resend`](super::resend) tells when its refresh token may be sent again.

use std::future::Future;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as TaskLock, Notify, OwnedMutexGuard, watch};

use crate::error::{BoxError, Error, Kind};
use crate::platform::random::random_u128;
use crate::platform::runtime::AbortHandle;
use crate::platform::task::Cancel;
use crate::platform::time::{Instant, timeout};
use crate::session::errors::store_timeout;
use crate::session::record::{Intent, Record, StoredSession};
use crate::session::refresh_handle::RefreshHandle;
use crate::session::snapshot::{LoginState, Snapshot};
use crate::session::store_rules::{Comparison, Identity, Storage, compare, keeps_lock};
use crate::store::{ErasedStore, Revision, StoreLock, Swap};

/// Longest time for one operation of a store.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);
/// Longest time that one task keeps the others from the store. A task that stands still keeps them for longer.
const LONGEST_EXCLUSIVE: Duration = Duration::from_secs(15);

/// Held by the task that uses the store.
pub(super) type Exclusive = OwnedMutexGuard<()>;

pub(crate) struct StoreSync {
    pub(super) store: Arc<dyn ErasedStore>,
    pub(super) state: Mutex<SyncState>,
    /// Held by the task that uses the store, so that this process does not read its own half-finished
    /// write. A task that makes no progress keeps the old lock, and the others get a new one.
    exclusive: Mutex<Arc<TaskLock<()>>>,
    pub(super) progress: watch::Sender<Progress>,
    /// There is something new to write, or a caller waits for a write.
    pub(super) write_now: Notify,
    /// There is something to write, and no task to do it.
    pub(super) writer_missing: AtomicBool,
    pub(super) reported_uncoordinated: AtomicBool,
    pub(super) watcher: OnceLock<AbortHandle>,
    /// Identifies the place of the store, if it has an identity.
    pub(super) place: OnceLock<String>,
}

/// What a read of the store found.
pub(super) struct Found {
    pub(super) revision: Revision,
    pub(super) record: Record,
}

/// What this process knows about the stored session.
pub(crate) struct SyncState {
    /// `None` if the store must be read first.
    pub(super) revision: Option<Revision>,
    /// The login in the record of that revision.
    pub(super) known_login: Option<String>,
    pub(super) stored_as: StoredAs,
    /// The stored intent of a refresh of this process that has no result.
    pub(super) intent: Option<Intent>,
    /// The intent of another process that the last read found. Until it has a result, it stays in the store.
    pub(super) other_intent: Option<Intent>,
    /// The number of changes of the session, and the number of them that are stored.
    pub(super) changes: u64,
    pub(super) written: u64,
    pub(super) writing: bool,
    /// The lock of the store, if this session has it.
    pub(super) held_lock: Option<HeldLock>,
    /// The task that writes.
    pub(super) writer: Cancel,
    /// Another process may have sent the refresh token of the session that this process ended: its intent was in the
    /// store, or it changed the store before the end was stored.
    pub(super) shared_end: bool,
    pub(super) reads: u64,
    /// The time of the last read, and its error.
    pub(super) last_read: Option<(Instant, Option<Error>)>,
}

/// The lock of the store. The session holds it and not the task of the refresh, so that the next refresh, or
/// the writer, can continue under it.
pub(super) struct HeldLock {
    pub(super) lock: StoreLock,
    /// The refresh that runs under it. `None`: it protects a change that is not stored yet. No other process
    /// may refresh before it is.
    pub(super) refresh: Option<RefreshHandle>,
}

/// How the session is identified in the store.
#[derive(Clone)]
pub(super) struct StoredAs {
    /// The epoch of the session.
    pub(super) epoch: u64,
    pub(super) login: String,
    pub(super) generation: u64,
    /// Whether the store has had this session. If so, what is stored applies. Otherwise a change of the user is
    /// still to be stored and replaces whatever is there.
    pub(super) persisted: bool,
    /// A write was tried, and its confirmation was lost.
    pub(super) tried: Option<Tried>,
    /// The place that received the session, if it is another one. The original may still be there.
    pub(super) other_place: Option<String>,
}

/// A write whose confirmation was lost.
#[derive(Clone)]
pub(super) struct Tried {
    /// The login in the record that the write was to replace.
    pub(super) replaces: Option<String>,
}

/// How many changes are stored, counted as [`SyncState::changes`].
#[derive(Clone, Default)]
pub(super) struct Progress {
    pub(super) written: u64,
    /// The last change that a failed write included, and the error.
    pub(super) failed: Option<(u64, Error)>,
}

/// Which stored session is adopted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Adopt {
    /// The changes of other processes to the current login, or any session if there is no login.
    SameLogin,
    /// Any session.
    AnyLogin,
}

/// What became of the stored session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adoption {
    /// It is the current one.
    Nothing,
    /// It has the same access token and another refresh token or other cookies.
    RefreshToken,
    /// Another process refreshed, or logged in while there was no login here.
    Adopted,
    /// Another process logged out.
    LoggedOut,
    /// Another process logged in as another user.
    OtherLogin,
}

impl StoreSync {
    pub(super) fn new(store: Arc<dyn ErasedStore>, here: &Snapshot) -> Self {
        let stored_as =
            StoredAs { persisted: matches!(here.login_state, LoginState::LoggedOut), ..StoredAs::new(here) };
        let state = SyncState {
            revision: None,
            known_login: None,
            stored_as,
            intent: None,
            other_intent: None,
            changes: 0,
            written: 0,
            writing: false,
            held_lock: None,
            writer: Cancel::default(),
            shared_end: false,
            reads: 0,
            last_read: None,
        };
        Self {
            store,
            state: Mutex::new(state),
            exclusive: Mutex::default(),
            progress: watch::Sender::new(Progress::default()),
            write_now: Notify::new(),
            writer_missing: AtomicBool::new(false),
            reported_uncoordinated: AtomicBool::new(false),
            watcher: OnceLock::new(),
            place: OnceLock::new(),
        }
    }

    /// Lock order: the state machine first, then this.
    pub(crate) fn state(&self) -> MutexGuard<'_, SyncState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the other tasks, but not for one that stands still.
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

    /// Finds the place of the store. It runs before anything is stored or adopted. A store without a place is
    /// fine.
    pub(super) async fn locate(&self) {
        if self.place.get().is_none() {
            if let Ok(Some(place)) = timeout(DEADLINE, self.store.place()).await {
                let _ = self.place.set(place);
            }
        }
    }

    /// The other place that received this session, if it is a copy.
    pub(super) fn other_place(&self, stored: &StoredSession) -> Option<String> {
        stored.place.clone().filter(|place| self.place.get() != Some(place))
    }

    /// Whether the original of this copy may spend the same refresh token.
    pub(super) fn is_shared(&self, stored: &StoredSession) -> bool {
        stored.can_be_spent() && self.place.get().is_some() && self.other_place(stored).is_some()
    }

    /// The place that received the session.
    pub(super) fn place_of(&self, stored_as: &StoredAs) -> Option<String> {
        stored_as.other_place.as_ref().or(self.place.get()).cloned()
    }

    pub(super) async fn swap(&self, swap: Swap) -> Result<Option<Revision>, Error> {
        in_time(
            self.store.swap(swap),
            "the session could not be stored and continues in memory. Check the store",
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
    /// The identity of the current session. A new epoch gets a new one.
    pub(super) fn stored_as_of(&mut self, here: &Snapshot) -> &mut StoredAs {
        if self.stored_as.epoch != here.stamp.epoch {
            self.stored_as = StoredAs::new(here);
            self.intent = None;
            self.other_intent = None;
        }
        &mut self.stored_as
    }

    /// A refresh takes over the lock that the session holds already. Returns its fence.
    pub(super) fn reuse_lock(&mut self, refresh: &RefreshHandle) -> Option<u64> {
        let held = self.held_lock.as_mut().filter(|held| !held.lock.has_run_out())?;
        held.refresh = Some(refresh.clone());
        Some(held.lock.fence())
    }

    /// Another refresh continues under the lock.
    pub(crate) fn hand_over_lock(&mut self, from: &RefreshHandle, to: &RefreshHandle) {
        if let Some(held) = self.held_lock.as_mut().filter(|held| held.refresh.as_ref() == Some(from)) {
            held.refresh = Some(to.clone());
        }
    }

    /// A refresh ends. Returns the lock to release, unless the lock protects a change that is not stored yet.
    #[must_use]
    pub(super) fn end_refresh(&mut self, refresh: &RefreshHandle) -> Option<HeldLock> {
        let kept = keeps_lock(self.has_unwritten());
        let held = self.held_lock.as_mut().filter(|held| held.refresh.as_ref() == Some(refresh))?;
        if kept {
            held.refresh = None;
            return None;
        }
        self.held_lock.take()
    }

    /// Returns the lock to release, if no refresh runs under it.
    #[must_use]
    pub(super) fn end_protection(&mut self) -> Option<HeldLock> {
        self.held_lock.take_if(|held| held.refresh.is_none())
    }

    /// The session has changed and must be stored.
    pub(crate) fn changed(&mut self) {
        self.changes += 1;
    }

    /// The store was read.
    pub(super) fn known(&mut self, found: &Found) {
        self.revision = Some(found.revision);
        self.known_login = found.record.session.as_ref().map(|stored| stored.login.clone());
    }

    pub(super) fn has_unwritten(&self) -> bool {
        self.changes > self.written
    }

    /// Whether the store has an older credential of this login. Another process would send a spent refresh
    /// token.
    pub(super) fn is_newer_than(&self, stored: Option<&StoredSession>) -> bool {
        let older = |stored: &StoredSession| {
            stored.login == self.stored_as.login && stored.generation < self.stored_as.generation
        };
        stored.is_some_and(older)
    }

    /// The session has a new credential, which is not stored yet.
    pub(crate) fn rotated(&mut self, here: &Snapshot) {
        let stored_as = self.stored_as_of(here);
        stored_as.next_generation();
        self.intent = None;
        self.other_intent = None;
        self.shared_end = false;
    }
}

impl StoredAs {
    pub(super) fn new(here: &Snapshot) -> Self {
        let login = format!("{:032x}", random_u128());
        Self {
            epoch: here.stamp.epoch,
            login,
            generation: 0,
            persisted: false,
            tried: None,
            other_place: None,
        }
    }

    /// What the record in the store means for this session.
    pub(super) fn compare(&self, stored: Option<&StoredSession>) -> Comparison {
        let here = Identity { login: &*self.login, generation: self.generation };
        let storage = match &self.tried {
            _ if self.persisted => Storage::Confirmed,
            Some(tried) => Storage::Unconfirmed { replaces: tried.replaces.as_deref() },
            None => Storage::Missing,
        };
        let stored = stored.map(|stored| Identity { login: &*stored.login, generation: stored.generation });
        compare(&here, &storage, stored.as_ref())
    }

    /// For the result of a refresh.
    pub(super) fn next_generation(&mut self) {
        self.generation = self.generation.saturating_add(1);
        self.other_place = None;
    }
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
