//! How changes of the session are stored: in order, by one task at a time, until the store has them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::state::{Adopt, HeldLock, Progress, StoreSync, StoredAs, SyncState, Tried};
use crate::error::{Error, Kind};
use crate::platform::task::Cancel;
use crate::platform::time::timeout;
use crate::session::cookies::Cookies;
use crate::session::credential::Credential;
use crate::session::events::SessionEvent;
use crate::session::record::{Record, StoredSession};
use crate::session::session::Session;
use crate::session::snapshot::LoginState;
use crate::session::store_rules::Comparison;
use crate::store::{ErasedStore, Revision, Swap};

/// How often a write is tried if other processes write at the same time.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Longest time for an attempt to write: one operation of the store, and a little more.
const LONGEST_WRITE: Duration = Duration::from_secs(6);
/// After this many failures to store a login or logout, the lock of the store is released.
const LAST_PROTECTED: u32 = 3;
/// After this many failures, which take some minutes, the task gives up on a session that has been dropped.
const LAST_FAILURE: u32 = 8;

impl Session {
    /// Only the first call has an effect: a client that joins a session does not change where it is stored.
    pub(crate) fn set_store(&self, store: Arc<dyn ErasedStore>) {
        let here = self.snapshot();
        if self.0.store_sync.set(Box::new(StoreSync::new(store, &here))).is_ok()
            && here.credential().is_some()
        {
            self.save();
        }
        // Their logins and logouts are logins and logouts here, even before the first call.
        if let Some(store_sync) = self.store_sync().filter(|store_sync| store_sync.store.shares_cookies()) {
            self.watch_store(store_sync);
        }
        self.expect();
    }

    /// The session has changed and must be stored.
    pub(crate) fn save(&self) {
        if let Some(store_sync) = self.store_sync() {
            store_sync.state().changed();
            self.start_to_write(store_sync);
        }
    }

    /// The session changes in this step of the state machine. From now on a refresh that ends keeps the lock,
    /// until [`store_changes`](Self::store_changes) has stored the change.
    pub(crate) fn count_change(&self) {
        if let Some(store_sync) = self.store_sync() {
            store_sync.state().changed();
        }
    }

    /// Starts to store what was counted.
    pub(crate) fn store_changes(&self) {
        if let Some(store_sync) = self.store_sync() {
            self.start_to_write(store_sync);
        }
    }

    /// Starts the writer if there was no runtime for it before.
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
            let starts = state.has_unwritten() && !std::mem::replace(&mut state.writing, true);
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

    /// Waits until the current session is stored, or the store has failed.
    pub(crate) async fn saved(&self) -> Result<(), Error> {
        let Some(store_sync) = self.store_sync() else { return Ok(()) };
        let mut progress = store_sync.progress.subscribe();
        let changes = store_sync.state().changes;
        if progress.borrow().written >= changes {
            return Ok(());
        }
        if self.runtime().is_none() {
            return Err(Error::new(
                Kind::Store,
                "storing the session needs a Tokio runtime. Make the change inside one",
            ));
        }
        self.start_to_write(store_sync);
        let tried = |progress: &Progress| {
            progress.written >= changes || progress.failed.as_ref().is_some_and(|(upto, _)| *upto >= changes)
        };
        if timeout(LONGEST_WRITE, progress.wait_for(tried)).await.is_err() {
            self.replace_writer(store_sync);
        }
        let Ok(progress) = progress.wait_for(tried).await else { return Err(cancelled()) };
        match &progress.failed {
            Some((_, error)) if progress.written < changes => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// The writer makes no progress, because its runtime stands still. Another one takes its place.
    fn replace_writer(&self, store_sync: &StoreSync) {
        let writer = store_sync.state().writer.clone();
        writer.cancel();
        store_sync.progress.send_modify(|progress| progress.failed = None);
        self.start_to_write(store_sync);
    }

    /// Whether no other process can have sent the refresh token of the session that this process has just ended. The
    /// end is stored, so that none will.
    pub(crate) async fn is_only_owner_of_ended(&self) -> bool {
        match self.store_sync() {
            None => true,
            Some(store_sync) => self.saved().await.is_ok() && !store_sync.state().shared_end,
        }
    }

    /// Writes the latest state once.
    async fn write(&self, store_sync: &StoreSync) -> Result<(), Error> {
        let _exclusive = store_sync.exclusive().await;
        store_sync.locate().await;
        for _ in 0..TRIES {
            let Some(draft) = self.draft(store_sync) else { return Ok(()) };
            let basis = if let Some(basis) = draft.basis {
                basis
            } else {
                store_sync.state().shared_end |= draft.record.session.is_none();
                // Content that this crate did not write is an error, and is not overwritten.
                let found = store_sync.load().await?;
                if draft.stored_as.compare(found.record.session.as_ref()) != Comparison::ReplacedByChange {
                    // It was stored already: only the confirmation was lost. Or another process has replaced it.
                    self.adopt(store_sync, &found, Adopt::SameLogin)?;
                    continue;
                }
                store_sync.state().known(&found);
                found.revision
            };
            let swap = Swap { basis, record: draft.record.write()?, fence: draft.fence };
            note_try(&mut store_sync.state(), &draft.stored_as);
            match store_sync.swap(swap).await? {
                Some(revision) => {
                    if !draft.stored_as.persisted && draft.record.session.is_some() {
                        store_sync.state().shared_end = false;
                    }
                    self.record_written(store_sync, &draft, revision);
                    return Ok(());
                }
                None if !draft.stored_as.persisted => {
                    let mut state = store_sync.state();
                    state.shared_end |= draft.record.session.is_none();
                    refuse_try(&mut state, draft.stored_as);
                }
                None => {
                    let found = store_sync.load().await?;
                    let unchanged = found.revision == basis;
                    self.adopt(store_sync, &found, Adopt::SameLogin)?;
                    // The store is unchanged and refuses the write: the lock has expired.
                    let lock = if unchanged { store_sync.state().held_lock.take() } else { None };
                    drop(lock);
                }
            }
        }
        Err(Error::new(Kind::Store, "other processes keep changing the store. Try again later"))
    }

    /// What is to be written now, if anything is.
    fn draft(&self, store_sync: &StoreSync) -> Option<Draft> {
        let machine = self.lock();
        let here = machine.current();
        let mut state = store_sync.state();
        let stored_as = state.stored_as_of(here).clone();
        let is_other = |login: &String| *login != stored_as.login;
        // A refresh by cookie alone leaves an intent in a store without a session.
        let leaves_intent = store_sync.store.shares_cookies() && state.known_login.is_none();
        let replaced = matches!(here.login_state, LoginState::LoggedOut) && !leaves_intent
            || state.known_login.as_ref().is_some_and(is_other);
        if stored_as.persisted && replaced {
            return None;
        }
        let record = Record::new(stored_session(store_sync, &stored_as, here.credential(), &here.cookies))
            .with_intent(state.intent.clone().or_else(|| state.other_intent.clone()));
        let fence = state.held_lock.as_ref().filter(|_| stored_as.persisted).map(|held| held.lock.fence());
        let basis = state.revision;
        Some(Draft { basis, record, fence, stored_as })
    }

    fn record_written(&self, store_sync: &StoreSync, draft: &Draft, revision: Revision) {
        let stored_as = &draft.stored_as;
        let mut state = store_sync.state();
        state.revision = Some(revision);
        state.known_login = draft.record.session.as_ref().map(|stored| stored.login.clone());
        if state.stored_as.epoch == stored_as.epoch {
            state.stored_as.persisted = true;
        }
        drop(state);
        self.watch_store(store_sync);
    }
}

/// A write is about to be tried. If its confirmation is lost, the store may have this login.
fn note_try(state: &mut SyncState, stored_as: &StoredAs) {
    if state.stored_as.epoch == stored_as.epoch && state.stored_as.tried.is_none() {
        state.stored_as.tried = Some(Tried { replaces: state.known_login.clone() });
    }
}

struct Draft {
    /// `None` replaces whatever is there.
    basis: Option<Revision>,
    record: Record,
    fence: Option<u64>,
    stored_as: StoredAs,
}

/// The session in its stored form, or `None` after a logout.
pub(super) fn stored_session(
    store_sync: &StoreSync,
    stored_as: &StoredAs,
    credential: Option<&Arc<Credential>>,
    cookies: &Cookies,
) -> Option<StoredSession> {
    let credential = credential?;
    let (login, age) = (stored_as.login.clone(), credential.received().elapsed());
    let stored = StoredSession::new(login, stored_as.generation, credential.tokens(), age, cookies.clone());
    Some(stored.with_place(store_sync.place_of(stored_as)))
}

/// The only task that writes.
struct Writer {
    session: Session,
    ended: bool,
}

impl Writer {
    async fn run(mut self) {
        let session = self.session.clone();
        let Some(store_sync) = session.store_sync() else { return };
        let mut failures: u32 = 0;
        loop {
            let target = store_sync.state().changes;
            let written = session.write(store_sync).await;
            match written {
                Ok(()) => {
                    failures = 0;
                    let ended = self.written(store_sync, target);
                    store_sync
                        .progress
                        .send_modify(|progress| *progress = Progress { written: target, failed: None });
                    if ended {
                        return;
                    }
                }
                Err(error) => {
                    if failures == 0 {
                        session.emit(SessionEvent::StoreFailed(error.clone()));
                    }
                    store_sync.progress.send_modify(|progress| progress.failed = Some((target, error)));
                    let wait = FIRST_WAIT.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
                    failures = failures.saturating_add(1);
                    let protects_nothing = failures >= LAST_PROTECTED;
                    drop(protects_nothing.then(|| self.end_protection(store_sync)));
                    // This task holds two references: `self` and `session`.
                    if failures >= LAST_FAILURE && Arc::strong_count(&session.0) <= 2 {
                        return;
                    }
                    let _ = timeout(wait.min(LONGEST_WAIT), store_sync.write_now.notified()).await;
                }
            }
        }
    }

    /// The store says that it cannot store a login or logout. The lock must not block other processes for that.
    /// After a refresh it is kept, because the store holds a spent refresh token.
    fn end_protection(&self, store_sync: &StoreSync) -> Option<HeldLock> {
        let machine = self.session.lock();
        let mut state = store_sync.state();
        if state.stored_as_of(machine.current()).persisted { None } else { state.end_protection() }
    }

    /// Whether everything is written.
    fn written(&mut self, store_sync: &StoreSync, target: u64) -> bool {
        let mut state = store_sync.state();
        state.written = target;
        self.ended = !state.has_unwritten();
        let lock = if self.ended { finish_writing(&mut state) } else { None };
        drop(state);
        // The guard is code of the store. It is dropped outside of the lock.
        drop(lock);
        self.ended
    }
}

fn finish_writing(state: &mut SyncState) -> Option<HeldLock> {
    state.writing = false;
    state.end_protection()
}

/// The store has another revision and says so: this write was not stored. `before`: how the session was known before it.
fn refuse_try(state: &mut SyncState, before: StoredAs) {
    state.revision = None;
    if state.stored_as.epoch == before.epoch {
        state.stored_as.tried = before.tried;
    }
}

/// If the runtime shuts down and drops the writer, the next writer continues.
impl Drop for Writer {
    fn drop(&mut self) {
        let Some(store_sync) = self.session.store_sync().filter(|_| !self.ended) else { return };
        let target = {
            let mut state = store_sync.state();
            state.writing = false;
            state.changes
        };
        store_sync.writer_missing.store(true, Ordering::Relaxed);
        store_sync.progress.send_modify(|progress| {
            if progress.written < target {
                progress.failed = Some((target, cancelled()));
            }
        });
    }
}

fn cancelled() -> Error {
    Error::new(
        Kind::Store,
        "storing the session was cancelled by the shutdown of a runtime. It is stored with the next call",
    )
}
