//! Changes of the session, brought to the store: by one task at a time, in order, until they are there.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

use super::state::{Archive, Book, Heed, Known, Progress};
use crate::error::{Error, Kind};
use crate::platform::task;
use crate::session::cookies::Cookies;
use crate::session::credential::Credential;
use crate::session::events::SessionEvent;
use crate::session::record::{Record, StoredSession};
use crate::session::session::Session;
use crate::session::snapshot::Standing;
use crate::store::{ErasedStore, Revision, StoreLock, Swap};

/// How often a write is tried against others who write at the same time.
const TRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// After how many failures a session that nobody holds any more is given up: some minutes.
const LAST_FAILURE: u32 = 8;

impl Session {
    /// The first one stays: clients that join a session do not change where it is kept.
    pub(crate) fn set_store(&self, store: Arc<dyn ErasedStore>) {
        let here = self.snapshot();
        if self.0.archive.set(Archive::new(store, &here)).is_ok() && here.credential().is_some() {
            self.keep();
        }
        self.expect();
    }

    /// The session has changed: the store is to know.
    pub(crate) fn keep(&self) {
        if let Some(archive) = self.archive() {
            archive.known().wanted += 1;
            self.start_to_write(archive);
        }
    }

    /// Starts what could not be started before, because there was no runtime.
    pub(crate) fn wake_writer(&self) {
        if let Some(archive) = self.archive() {
            if archive.asleep.load(Ordering::Relaxed) {
                self.start_to_write(archive);
            }
        }
    }

    fn start_to_write(&self, archive: &Archive) {
        let Ok(runtime) = Handle::try_current() else {
            return archive.asleep.store(true, Ordering::Relaxed);
        };
        archive.asleep.store(false, Ordering::Relaxed);
        let started = {
            let mut known = archive.known();
            known.is_behind() && !std::mem::replace(&mut known.writing, true)
        };
        if started {
            task::spawn(&runtime, Writer { session: self.clone(), ended: false }.run());
        } else {
            archive.hurry.notify_one();
        }
    }

    /// Waits until the session as it is now is stored, or could not be.
    pub(crate) async fn stored(&self) -> Result<(), Error> {
        let Some(archive) = self.archive() else { return Ok(()) };
        let mut progress = archive.progress.subscribe();
        let wanted = archive.known().wanted;
        if progress.borrow().written >= wanted {
            return Ok(());
        }
        if Handle::try_current().is_err() {
            return Err(Error::new(Kind::Store, "there is no tokio runtime to store the session on"));
        }
        self.start_to_write(archive);
        let tried = |progress: &Progress| {
            progress.written >= wanted || progress.failed.as_ref().is_some_and(|(upto, _)| *upto >= wanted)
        };
        let Ok(progress) = progress.wait_for(tried).await else { return Err(broken_off()) };
        match &progress.failed {
            Some((_, error)) if progress.written < wanted => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// The latest state, once.
    async fn write(&self, archive: &Archive) -> Result<(), Error> {
        let _turn = archive.turn().await;
        archive.locate().await;
        for _ in 0..TRIES {
            let Some(draft) = self.draft(archive) else { return Ok(()) };
            let basis = if let Some(basis) = draft.basis {
                basis
            } else {
                // What is none of ours is an error, and not overwritten.
                archive.load().await?.revision
            };
            let swap = Swap { basis, record: draft.record.write()?, fence: draft.fence };
            match archive.swap(swap).await? {
                Some(revision) => {
                    self.noted(archive, &draft.book, revision);
                    return Ok(());
                }
                None if !draft.book.anchored => archive.known().revision = None,
                None => {
                    let found = archive.load().await?;
                    let lapsed = found.revision == basis;
                    self.take_in(archive, &found, Heed::Peers)?;
                    // Nobody has stored anything, and yet it is refused: our lock has run out.
                    let lock = if lapsed { archive.known().kept.take() } else { None };
                    drop(lock);
                }
            }
        }
        Err(Error::new(Kind::Store, "the store is changed by others all the time"))
    }

    /// What is to be written now, if anything is.
    fn draft(&self, archive: &Archive) -> Option<Draft> {
        let cell = self.lock();
        let here = cell.current();
        let mut known = archive.known();
        let book = known.book_of(here).clone();
        if book.anchored && matches!(here.standing, Standing::Nobody) {
            return None;
        }
        let record = Record::new(stored_session(archive, &book, here.credential(), &here.cookies))
            .with_intent(known.intent.clone());
        let fence = known.kept.as_ref().filter(|_| book.anchored).map(StoreLock::fence);
        let basis = known.revision;
        Some(Draft { basis, record, fence, book })
    }

    fn noted(&self, archive: &Archive, book: &Book, revision: Revision) {
        let mut known = archive.known();
        known.revision = Some(revision);
        if known.book.epoch == book.epoch {
            known.book.anchored = true;
        }
        drop(known);
        self.watch_store(archive);
    }
}

struct Draft {
    /// `None`: whatever is there.
    basis: Option<Revision>,
    record: Record,
    fence: Option<u64>,
    book: Book,
}

/// The session as the store is to have it; `None` if there is none.
pub(super) fn stored_session(
    archive: &Archive,
    book: &Book,
    credential: Option<&Arc<Credential>>,
    cookies: &Cookies,
) -> Option<StoredSession> {
    let credential = credential?;
    let (login, age) = (book.login.clone(), credential.received().elapsed());
    let stored = StoredSession::new(login, book.generation, credential.tokens(), age, cookies.clone());
    Some(stored.at(archive.home_of(book)))
}

/// The one task that writes.
struct Writer {
    session: Session,
    ended: bool,
}

impl Writer {
    async fn run(mut self) {
        let session = self.session.clone();
        let Some(archive) = session.archive() else { return };
        let mut failures: u32 = 0;
        loop {
            let goal = archive.known().wanted;
            let written = session.write(archive).await;
            match written {
                Ok(()) => {
                    failures = 0;
                    let ended = self.written(archive, goal);
                    archive
                        .progress
                        .send_modify(|progress| *progress = Progress { written: goal, failed: None });
                    if ended {
                        return;
                    }
                }
                Err(error) => {
                    if failures == 0 {
                        session.ring(SessionEvent::StoreFailed(error.clone()));
                    }
                    archive.progress.send_modify(|progress| progress.failed = Some((goal, error)));
                    let wait = FIRST_WAIT.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
                    failures = failures.saturating_add(1);
                    // This task's own: `self` and `session`.
                    if failures >= LAST_FAILURE && Arc::strong_count(&session.0) <= 2 {
                        return;
                    }
                    let _ = timeout(wait.min(LONGEST_WAIT), archive.hurry.notified()).await;
                }
            }
        }
    }

    /// Whether there is nothing more to do.
    fn written(&mut self, archive: &Archive, goal: u64) -> bool {
        let mut known = archive.known();
        known.written = goal;
        self.ended = !known.is_behind();
        let lock = if self.ended { rest(&mut known) } else { None };
        drop(known);
        // The guard in it is the store's own: not under our lock.
        drop(lock);
        self.ended
    }
}

fn rest(known: &mut Known) -> Option<StoreLock> {
    known.writing = false;
    known.kept.take()
}

/// A writer that is dropped at work, because its runtime shuts down, leaves the rest to the next.
impl Drop for Writer {
    fn drop(&mut self) {
        let Some(archive) = self.session.archive().filter(|_| !self.ended) else { return };
        let goal = {
            let mut known = archive.known();
            known.writing = false;
            known.wanted
        };
        archive.asleep.store(true, Ordering::Relaxed);
        archive.progress.send_modify(|progress| {
            if progress.written < goal {
                progress.failed = Some((goal, broken_off()));
            }
        });
    }
}

fn broken_off() -> Error {
    Error::new(Kind::Store, "storing the session was broken off")
}
