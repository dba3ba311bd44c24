//! A refresh of a session that other processes have too: under the store's lock, after a look at what they
//! have done meanwhile, and announced in the store before the secret is spent.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::after_commit::{Aftermath, Note};
use super::state::{Archive, Book, DEADLINE, Heed, Taken};
use super::write::stored_session;
use crate::error::{Error, Kind};
use crate::session::attempt::{attempt, failed, landing_of, too_long};
use crate::session::decision::{Attempt, Landing};
use crate::session::errors::store_timeout;
use crate::session::events::SessionEvent;
use crate::session::record::{Intent, Record};
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::session::ticket::Outcome;
use crate::store::{Revision, StoreLock, Swap};

/// Longest time to wait for the right to refresh.
const LOCK_WAIT: Duration = Duration::from_secs(8);
/// Longest time until the secret may be spent.
const PREPARATION: Duration = Duration::from_secs(12);
/// Longest time that anybody waits for it all: the preparation, an exchange, and two operations of the store.
pub(crate) const PATIENCE: Duration = Duration::from_secs(35);
/// How often a write is tried against others who write at the same time.
const TRIES: u32 = 4;
/// How often a lock is taken that runs out before anything could be spent under it.
const LEASES: u32 = 2;

/// The secret may be spent.
struct Ready {
    lock: Option<StoreLock>,
    /// Somebody was about to spend it before, and nobody knows what became of that.
    doubted: bool,
}

/// The secret is not to be spent.
pub(super) enum Stop {
    /// The session is another one by now, or has a newer credential already.
    Moot,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A flight but for its landing. `basis` is then what it really began with.
pub(crate) async fn rotate<'a>(
    session: &Session,
    archive: &'a Archive,
    basis: &mut Arc<Snapshot>,
) -> (Landing, Outcome, Aftermath<'a>) {
    let prepared = match timeout(PREPARATION, prepare(session, archive, basis)).await {
        Ok(prepared) => prepared,
        Err(_) => Err(Stop::Failed(store_timeout())),
    };
    let ready = match prepared {
        Ok(ready) => ready,
        Err(stop) => return stopped(stop),
    };
    if let Some(answer) = attempt(session, basis).await {
        return conclude(session, archive, basis, ready, answer).await;
    }
    // Nobody knows what became of the secret: the intent stays.
    let (landing, outcome) = landing_of(basis, too_long());
    (landing, outcome, Aftermath { lock: ready.lock, ..Aftermath::default() })
}

/// Until the intent is stored, under a lock that is still held.
async fn prepare(session: &Session, archive: &Archive, basis: &mut Arc<Snapshot>) -> Result<Ready, Stop> {
    // What the store does not have yet may be the only good secret: another is not to be made before it has it.
    if archive.known().is_behind() {
        session.keep();
        session.stored().await?;
    }
    let mut doubted = None;
    for _ in 0..LEASES {
        let lock = lock(session, archive, basis).await?;
        let ready = announced(session, archive, basis, lock).await?;
        // An intent that the first round has left is our own, and nothing has been spent under it.
        let doubted = *doubted.get_or_insert(ready.doubted);
        if !ready.lock.as_ref().is_some_and(StoreLock::has_run_out) {
            return Ok(Ready { doubted, ..ready });
        }
    }
    Err(Error::new(Kind::Busy, "the store's lock runs out before it can be used: try again later").into())
}

async fn lock(
    session: &Session,
    archive: &Archive,
    basis: &mut Arc<Snapshot>,
) -> Result<Option<StoreLock>, Stop> {
    let lock = match timeout(LOCK_WAIT, archive.store.lock()).await {
        Ok(Ok(lock)) => lock,
        Ok(Err(error)) => {
            let text = "the store could not be locked";
            return Err(Error::new(Kind::Store, text).with_source(error).into());
        }
        Err(_) => {
            let _turn = archive.turn().await;
            look(session, archive, basis).await?;
            let text = "somebody else has been refreshing this session for too long: try again later";
            return Err(Error::new(Kind::Busy, text).into());
        }
    };
    if lock.is_none() && !archive.told_uncoordinated.swap(true, Ordering::Relaxed) {
        session.ring(SessionEvent::Uncoordinated);
    }
    Ok(lock)
}

async fn announced(
    session: &Session,
    archive: &Archive,
    basis: &mut Arc<Snapshot>,
    lock: Option<StoreLock>,
) -> Result<Ready, Stop> {
    let fence = lock.as_ref().map(StoreLock::fence);
    let _turn = archive.turn().await;
    archive.locate().await;
    for _ in 0..TRIES {
        let doubted = look(session, archive, basis).await?;
        if announce(session, archive, basis, fence).await? {
            return Ok(Ready { lock, doubted });
        }
    }
    Err(Error::new(Kind::Busy, "the store is changed by others all the time: try again later").into())
}

/// Whether the secret is in doubt; stops if there is nothing left to refresh.
async fn look(session: &Session, archive: &Archive, basis: &mut Arc<Snapshot>) -> Result<bool, Stop> {
    let found = archive.load().await?;
    let taken = session.take_in(archive, &found, Heed::Peers)?;
    if taken == Taken::Foreign {
        let text = "another process has logged in as somebody else: `Session::load` takes that session over";
        return Err(Error::new(Kind::Superseded, text).into());
    }
    let now = session.snapshot();
    if now.stamp != basis.stamp {
        return Err(Stop::Moot);
    }
    *basis = now;
    Ok(found.record.intent.is_some())
}

/// Stores that the secret is about to be spent, which shows that what follows can be stored too. `false`: the
/// store has changed.
pub(super) async fn announce(
    session: &Session,
    archive: &Archive,
    basis: &Snapshot,
    fence: Option<u64>,
) -> Result<bool, Stop> {
    let Some((seen, book)) = page(session, archive, basis) else { return Err(Stop::Moot) };
    // Where nobody has logged in, there is no secret of the store's to be spent.
    let intent = basis.credential().map(|_| Intent::now(fence.unwrap_or_default()));
    let stored = stored_session(archive, &book, basis.credential(), &basis.cookies);
    let record = Record::new(stored).with_intent(intent.clone());
    let swapped = archive.swap(Swap { basis: seen, record: record.write()?, fence }).await?;
    let Some(revision) = swapped else { return Ok(false) };
    if session.snapshot().stamp != basis.stamp {
        return Err(Stop::Moot);
    }
    let mut known = archive.known();
    known.revision = Some(revision);
    known.intent = intent;
    Ok(true)
}

/// What is known of what is stored, if the session is still that of `basis`.
fn page(session: &Session, archive: &Archive, basis: &Snapshot) -> Option<(Revision, Book)> {
    let cell = session.lock();
    let here = cell.current();
    if here.stamp != basis.stamp {
        return None;
    }
    let mut known = archive.known();
    let book = known.book_of(here).clone();
    Some((known.revision.unwrap_or_default(), book))
}

/// What the server said is stored, and then told.
async fn conclude<'a>(
    session: &Session,
    archive: &'a Archive,
    basis: &Arc<Snapshot>,
    ready: Ready,
    answer: Attempt,
) -> (Landing, Outcome, Aftermath<'a>) {
    match answer {
        Attempt::Renewed { .. } => {
            let (landing, outcome) = landing_of(basis, answer);
            match landing {
                Landing::Renewed { .. } => {
                    persist(session, archive, basis, ready.lock, (landing, outcome)).await
                }
                // It cannot be used, and the secret before it is spent: the intent stays and says so.
                unusable => (unusable, outcome, Aftermath { lock: ready.lock, ..Aftermath::default() }),
            }
        }
        Attempt::Rejected(_) => {
            let mut seen = basis.clone();
            let turn = archive.turn().await;
            let again = look(session, archive, &mut seen).await;
            drop(turn);
            if let Err(stop) = again {
                return stopped(stop);
            }
            if !has_same_secret(&seen, basis) {
                return stopped(Stop::Failed(Error::new(
                    Kind::Refresh,
                    "another process has changed the refresh secret meanwhile",
                )));
            }
            let answer = if ready.doubted { answer.after_a_loss() } else { answer };
            let (landing, outcome) = landing_of(basis, answer);
            archive.known().intent = None;
            (landing, outcome, Aftermath { unwritten: true, lock: ready.lock, ..Aftermath::default() })
        }
        Attempt::Failed { .. } => {
            let (landing, outcome) = landing_of(basis, answer);
            // Without an answer nobody knows whether it is spent, and the intent says so to whoever comes after.
            let answered = !session.doubt().is_of(basis.stamp) && !ready.doubted;
            if answered {
                archive.known().intent = None;
            }
            (landing, outcome, Aftermath { unwritten: answered, lock: ready.lock, ..Aftermath::default() })
        }
    }
}

/// Stores the new pair before anybody sees it. If it cannot be stored, it is published all the same: it is
/// the only good one.
async fn persist<'a>(
    session: &Session,
    archive: &'a Archive,
    basis: &Snapshot,
    lock: Option<StoreLock>,
    (landing, outcome): (Landing, Outcome),
) -> (Landing, Outcome, Aftermath<'a>) {
    let fence = lock.as_ref().map(StoreLock::fence);
    let turn = timeout(DEADLINE, archive.turn()).await.ok();
    let written = match &turn {
        Some(_) => store_renewed(session, archive, basis, fence, &landing).await,
        None => Err(store_timeout()),
    };
    let revision = match written {
        Ok(Some(revision)) => Some(revision),
        // The session is another one by now: the landing finds that out.
        Ok(None) if session.snapshot().stamp != basis.stamp => None,
        Ok(None) => {
            let mut seen = Arc::new(basis.clone());
            match look(session, archive, &mut seen).await {
                Err(Stop::Failed(error)) if error.is_superseded() => {
                    session.revoke_superseded(&landing);
                    return stopped(Stop::Failed(error));
                }
                _ => None,
            }
        }
        Err(_) => None,
    };
    let note = Some(Note { stored: revision, first: basis.credential().is_none() });
    (landing, outcome, Aftermath { note, unwritten: revision.is_none(), lock, turn })
}

async fn store_renewed(
    session: &Session,
    archive: &Archive,
    basis: &Snapshot,
    fence: Option<u64>,
    landing: &Landing,
) -> Result<Option<Revision>, Error> {
    let Landing::Renewed { credential, cookies } = landing else { return Ok(None) };
    let Some((seen, mut book)) = page(session, archive, basis) else { return Ok(None) };
    book.turn_page();
    let here = session.snapshot();
    let jar = cookies.as_ref().map_or_else(|| here.cookies.clone(), |set| Arc::new(set.after(&here.cookies)));
    let record = Record::new(stored_session(archive, &book, Some(credential), &jar)).write()?;
    archive.swap(Swap { basis: seen, record, fence }).await
}

fn stopped<'a>(stop: Stop) -> (Landing, Outcome, Aftermath<'a>) {
    let (landing, outcome) = match stop {
        Stop::Moot => (Landing::Aborted, None),
        Stop::Failed(error) => failed(error),
    };
    (landing, outcome, Aftermath::default())
}

fn has_same_secret(one: &Snapshot, other: &Snapshot) -> bool {
    let secret = |snapshot: &Snapshot| {
        snapshot.credential().and_then(|credential| credential.tokens().refresh().cloned())
    };
    secret(one) == secret(other) && *one.cookies == *other.cookies
}
