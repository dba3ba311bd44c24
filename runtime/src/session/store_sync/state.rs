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

use tokio::sync::{Mutex as Turn, MutexGuard as InTurn, Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use crate::error::{BoxError, Error, Kind};
use crate::session::errors::store_timeout;
use crate::session::record::{Intent, Record, StoredSession};
use crate::session::snapshot::{Snapshot, Standing};
use crate::store::{ErasedStore, Revision, StoreLock, Swap};

/// Longest time for one operation of a store.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);

pub(crate) struct Archive {
    pub(super) store: Arc<dyn ErasedStore>,
    pub(super) known: Mutex<Known>,
    /// Whoever talks to the store has it, so that what is read is not half written by ourselves.
    pub(super) turn: Turn<()>,
    pub(super) progress: watch::Sender<Progress>,
    /// There is something new to write, or somebody needs it written now.
    pub(super) hurry: Notify,
    /// There is something to write, and no task that does.
    pub(super) asleep: AtomicBool,
    pub(super) told_uncoordinated: AtomicBool,
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
pub(crate) struct Known {
    /// `None`: it is to be read first.
    pub(super) revision: Option<Revision>,
    pub(super) book: Book,
    /// A refresh of ours that the server has not answered, as it is stored.
    pub(super) intent: Option<Intent>,
    /// Changes of the session, and how many of them are stored.
    pub(super) wanted: u64,
    pub(super) written: u64,
    pub(super) writing: bool,
    /// Of a refresh whose outcome is not stored yet: nobody else is to refresh before it is.
    pub(super) kept: Option<StoreLock>,
    pub(super) looks: u64,
    /// The last look at the store, and what kept it from seeing anything.
    pub(super) looked: Option<(Instant, Option<Error>)>,
}

/// Under which name the session is stored.
#[derive(Clone)]
pub(super) struct Book {
    /// The epoch of the session that this is about.
    pub(super) epoch: u64,
    pub(super) login: String,
    pub(super) generation: u64,
    /// The store has had it: what it says now counts. Otherwise it is an act of the user's that is yet to be
    /// stored, whatever is there.
    pub(super) anchored: bool,
    /// It was received at another place, where somebody may have it still.
    pub(super) elsewhere: Option<String>,
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
pub(super) enum Heed {
    /// What others did with the session that is here, and any session if there is none.
    Peers,
    /// Any session.
    All,
}

/// What became of what the store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is what is here.
    Nothing,
    /// The same access token beside other secrets.
    Secrets,
    /// Another process has refreshed, or logged in where nobody was.
    Adopted,
    /// Another process has logged out.
    Ended,
    /// Another process has logged in as somebody else.
    Foreign,
}

impl Archive {
    pub(super) fn new(store: Arc<dyn ErasedStore>, here: &Snapshot) -> Self {
        let book = Book { anchored: matches!(here.standing, Standing::Nobody), ..Book::fresh(here) };
        let known = Known {
            revision: None,
            book,
            intent: None,
            wanted: 0,
            written: 0,
            writing: false,
            kept: None,
            looks: 0,
            looked: None,
        };
        Self {
            store,
            known: Mutex::new(known),
            turn: Turn::new(()),
            progress: watch::Sender::new(Progress::default()),
            hurry: Notify::new(),
            asleep: AtomicBool::new(false),
            told_uncoordinated: AtomicBool::new(false),
            watcher: OnceLock::new(),
            place: OnceLock::new(),
        }
    }

    /// Never locked before the cell's lock is asked for.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn turn(&self) -> InTurn<'_, ()> {
        self.turn.lock().await
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
    pub(super) fn elsewhere(&self, stored: &StoredSession) -> Option<String> {
        stored.home.clone().filter(|home| self.place.get() != Some(home))
    }

    /// Whether somebody else may spend the same refresh token, as far as anybody can tell.
    pub(super) fn has_shared(&self, stored: &StoredSession) -> bool {
        stored.can_be_spent() && self.place.get().is_some() && self.elsewhere(stored).is_some()
    }

    /// Where it was received: what is stored says so.
    pub(super) fn home_of(&self, book: &Book) -> Option<String> {
        book.elsewhere.as_ref().or(self.place.get()).cloned()
    }

    pub(super) async fn swap(&self, swap: Swap) -> Result<Option<Revision>, Error> {
        in_time(self.store.swap(swap), "the session could not be stored").await
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        if let Some(watcher) = self.watcher.get() {
            watcher.abort();
        }
    }
}

impl Known {
    /// The session's own, also if it has begun another epoch since anybody asked.
    pub(super) fn book_of(&mut self, here: &Snapshot) -> &mut Book {
        if self.book.epoch != here.stamp.epoch {
            self.book = Book::fresh(here);
            self.intent = None;
        }
        &mut self.book
    }

    pub(super) fn is_behind(&self) -> bool {
        self.wanted > self.written
    }

    /// The store has lost what it had confirmed, or has not got it yet: others would spend a secret that is spent.
    pub(super) fn is_ahead_of(&self, stored: Option<&StoredSession>) -> bool {
        let older = |stored: &StoredSession| {
            stored.login == self.book.login && stored.generation < self.book.generation
        };
        stored.is_some_and(older)
    }

    /// The session has been given a new credential, which the store does not have yet.
    pub(crate) fn has_rotated(&mut self, here: &Snapshot) {
        let book = self.book_of(here);
        book.turn_page();
        self.intent = None;
    }
}

impl Book {
    pub(super) fn fresh(here: &Snapshot) -> Self {
        // The standard library's hasher is seeded by the system's randomness.
        let hasher = RandomState::new();
        let login = format!("{:016x}{:016x}", hasher.hash_one(0_u8), hasher.hash_one(1_u8));
        Self { epoch: here.stamp.epoch, login, generation: 0, anchored: false, elsewhere: None }
    }

    /// For what a refresh has brought.
    pub(super) fn turn_page(&mut self) {
        self.generation = self.generation.saturating_add(1);
        self.elsewhere = None;
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
