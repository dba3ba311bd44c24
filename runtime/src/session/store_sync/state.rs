//! The session's side of a store: what this process knows of what is stored, and the way to the store, which
//! everybody takes in turn. Without a store there is no archive, and nothing of this costs anything.
//!
//! - What a session is, is in the cell; here is only how much of it the store has. Both are read and changed
//!   together, the cell's lock first.
//! - [`writing`] brings changes to the store, [`reading`] the store's changes here; [`rotation`] is a refresh
//!   that other processes may be about to make as well, and [`repetition`] says when its secret may be sent again.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as TaskLock, MutexGuard as Exclusive, Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use crate::error::{BoxError, Error, Kind};
use crate::session::errors::store_timeout;
use crate::session::record::{Intent, Record, StoredSession};
use crate::session::snapshot::{LoginState, Snapshot};
use crate::store::{ErasedStore, Revision, StoreLock, Swap};

/// Longest time for one operation of a store.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);

pub(crate) struct StoreSync {
    pub(super) store: Arc<dyn ErasedStore>,
    pub(super) state: Mutex<SyncState>,
    /// Whoever talks to the store has it, so that what is read is not half written by ourselves.
    pub(super) exclusive: TaskLock<()>,
    pub(super) progress: watch::Sender<Progress>,
    /// There is something new to write, or somebody needs it written now.
    pub(super) write_now: Notify,
    /// There is something to write, and no task that does.
    pub(super) writer_missing: AtomicBool,
    pub(super) reported_uncoordinated: AtomicBool,
    pub(super) watcher: OnceLock<AbortHandle>,
    /// Which one this store is, if it can tell.
    pub(super) place: OnceLock<String>,
}

/// What was found in the store.
pub(super) struct Found {
    pub(super) revision: Revision,
    pub(super) record: Record,
}

/// What this process knows of what is stored.
pub(crate) struct SyncState {
    /// `None`: it is to be read first.
    pub(super) revision: Option<Revision>,
    pub(super) stored_as: StoredAs,
    /// A refresh of ours that the server has not answered, as it is stored.
    pub(super) intent: Option<Intent>,
    /// Changes of the session, and how many of them are stored.
    pub(super) changes: u64,
    pub(super) written: u64,
    pub(super) writing: bool,
    /// Of a refresh whose outcome is not stored yet: nobody else is to refresh before it is.
    pub(super) held_lock: Option<StoreLock>,
    pub(super) reads: u64,
    /// The last look at the store, and what kept it from seeing anything.
    pub(super) last_read: Option<(Instant, Option<Error>)>,
}

/// Under which name the session is stored.
#[derive(Clone)]
pub(super) struct StoredAs {
    /// The epoch of the session that this is about.
    pub(super) epoch: u64,
    pub(super) login: String,
    pub(super) generation: u64,
    /// The store has had it: what it says now counts. Otherwise it is an act of the user's that is yet to be
    /// stored, whatever is there.
    pub(super) persisted: bool,
    /// It was received at another place, where somebody may have it still.
    pub(super) other_place: Option<String>,
}

/// How far the writing has come, counted as [`Known::wanted`] is.
#[derive(Clone, Default)]
pub(super) struct Progress {
    pub(super) written: u64,
    /// Up to where the last attempt was to write, and why it did not.
    pub(super) failed: Option<(u64, Error)>,
}

/// What of the store is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Adopt {
    /// What others did with the session that is here, and any session if there is none.
    SameLogin,
    /// Any session.
    AnyLogin,
}

/// What became of what the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adoption {
    /// It is what is here.
    Nothing,
    /// The same access token beside other secrets.
    Secrets,
    /// Another process has refreshed, or logged in where nobody was.
    Adopted,
    /// Another process has logged out.
    LoggedOut,
    /// Another process has logged in as somebody else.
    OtherLogin,
}

impl StoreSync {
    pub(super) fn new(store: Arc<dyn ErasedStore>, here: &Snapshot) -> Self {
        let stored_as = StoredAs {
            persisted: matches!(here.login_state, LoginState::LoggedOut),
            ..StoredAs::fresh(here)
        };
        let state = SyncState {
            revision: None,
            stored_as,
            intent: None,
            changes: 0,
            written: 0,
            writing: false,
            held_lock: None,
            reads: 0,
            last_read: None,
        };
        Self {
            store,
            state: Mutex::new(state),
            exclusive: TaskLock::new(()),
            progress: watch::Sender::new(Progress::default()),
            write_now: Notify::new(),
            writer_missing: AtomicBool::new(false),
            reported_uncoordinated: AtomicBool::new(false),
            watcher: OnceLock::new(),
            place: OnceLock::new(),
        }
    }

    /// Never locked before the cell's lock is asked for.
    pub(crate) fn state(&self) -> MutexGuard<'_, SyncState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn exclusive(&self) -> Exclusive<'_, ()> {
        self.exclusive.lock().await
    }

    pub(super) async fn load(&self) -> Result<Found, Error> {
        let stored = in_time(self.store.load(), "the store could not be read").await?;
        let record = Record::read(&stored.record)?;
        if record.session.as_ref().is_some_and(|session| session.home.is_some()) {
            self.locate().await;
        }
        Ok(Found { revision: stored.revision, record })
    }

    /// Before anything is stored, and before what is stored is taken for ours. A store that cannot tell where it is is
    /// no worse for it.
    pub(super) async fn locate(&self) {
        if self.place.get().is_none() {
            if let Ok(Some(place)) = timeout(DEADLINE, self.store.place()).await {
                let _ = self.place.set(place);
            }
        }
    }

    /// Where else it was received, if it was.
    pub(super) fn other_place(&self, stored: &StoredSession) -> Option<String> {
        stored.home.clone().filter(|home| self.place.get() != Some(home))
    }

    /// Whether somebody else may spend the same refresh token, as far as anybody can tell.
    pub(super) fn is_shared(&self, stored: &StoredSession) -> bool {
        stored.can_be_spent() && self.place.get().is_some() && self.other_place(stored).is_some()
    }

    /// Where it was received: what is stored says so.
    pub(super) fn place_of(&self, stored_as: &StoredAs) -> Option<String> {
        stored_as.other_place.as_ref().or(self.place.get()).cloned()
    }

    pub(super) async fn swap(&self, swap: Swap) -> Result<Option<Revision>, Error> {
        in_time(self.store.swap(swap), "the session could not be stored").await
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
    /// The session's own, also if it has begun another epoch since anybody asked.
    pub(super) fn stored_as_of(&mut self, here: &Snapshot) -> &mut StoredAs {
        if self.stored_as.epoch != here.stamp.epoch {
            self.stored_as = StoredAs::fresh(here);
            self.intent = None;
        }
        &mut self.stored_as
    }

    pub(super) fn has_unwritten(&self) -> bool {
        self.changes > self.written
    }

    /// The store has lost what it had confirmed, or has not got it yet: others would spend a secret that is spent.
    pub(super) fn is_newer_than(&self, stored: Option<&StoredSession>) -> bool {
        let older = |stored: &StoredSession| {
            stored.login == self.stored_as.login && stored.generation < self.stored_as.generation
        };
        stored.is_some_and(older)
    }

    /// The session has been given a new credential, which the store does not have yet.
    pub(crate) fn rotated(&mut self, here: &Snapshot) {
        let stored_as = self.stored_as_of(here);
        stored_as.next_generation();
        self.intent = None;
    }
}

impl StoredAs {
    pub(super) fn fresh(here: &Snapshot) -> Self {
        // The standard library's hasher is seeded by the system's randomness.
        let hasher = RandomState::new();
        let login = format!("{:016x}{:016x}", hasher.hash_one(0_u8), hasher.hash_one(1_u8));
        Self { epoch: here.stamp.epoch, login, generation: 0, persisted: false, other_place: None }
    }

    /// For what a refresh has brought.
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
