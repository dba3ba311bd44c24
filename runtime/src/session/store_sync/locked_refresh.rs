//! A refresh of a session that other processes share. It holds the lock of the store, reads what other
//! processes have stored, and records the refresh in the store before it sends the refresh token.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::after_commit::{AfterCommit, Note};
use super::state::{Adopt, Adoption, DEADLINE, StoreSync, StoredAs};
use super::write::stored_session;
use crate::error::{Error, Kind};
use crate::session::attempt::{attempt, failed, result_of, too_long};
use crate::session::decisions::{Attempt, RefreshResult};
use crate::session::errors::store_timeout;
use crate::session::events::SessionEvent;
use crate::session::record::{Intent, Record};
use crate::session::refresh_handle::RefreshFailure;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::store::{Revision, StoreLock, Swap};

/// Longest wait for the lock.
const LOCK_WAIT: Duration = Duration::from_secs(8);
/// Longest time until the refresh token is sent.
const PREPARATION: Duration = Duration::from_secs(12);
/// Longest time that a caller waits: for the preparation, the request, and two operations of the store.
pub(crate) const PATIENCE: Duration = Duration::from_secs(35);
/// How often a write is tried if other processes write at the same time.
const TRIES: u32 = 4;
/// How often the lock is taken again if it expires before the refresh token is sent.
const LEASES: u32 = 2;

/// The refresh token can be sent.
struct Ready {
    lock: Option<StoreLock>,
    /// A refresh before this one was recorded, and its result is unknown.
    unanswered_before: bool,
}

/// Why the refresh token is not sent.
pub(super) enum Stopped {
    /// The session has changed, or has a newer credential already.
    Obsolete,
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A refresh up to its commit. `basis` is set to the session with which it really began.
pub(crate) async fn rotate<'a>(
    session: &Session,
    store_sync: &'a StoreSync,
    basis: &mut Arc<Snapshot>,
) -> (RefreshResult, RefreshFailure, AfterCommit<'a>) {
    let prepared = match timeout(PREPARATION, prepare(session, store_sync, basis)).await {
        Ok(prepared) => prepared,
        Err(_) => Err(Stopped::Failed(store_timeout())),
    };
    let ready = match prepared {
        Ok(ready) => ready,
        Err(stop) => return stopped(stop),
    };
    if let Some(answer) = attempt(session, basis).await {
        return conclude(session, store_sync, basis, ready, answer).await;
    }
    // The fate of the refresh token is unknown, so the intent stays in the store.
    let (result, failure) = result_of(basis, too_long());
    (result, failure, AfterCommit { lock: ready.lock, ..AfterCommit::default() })
}

/// Prepares until the intent is stored under a lock that is still held.
async fn prepare(
    session: &Session,
    store_sync: &StoreSync,
    basis: &mut Arc<Snapshot>,
) -> Result<Ready, Stopped> {
    // An unstored change may hold the only valid refresh token. It is stored before another one is requested.
    if store_sync.state().has_unwritten() {
        session.save();
        session.saved().await?;
    }
    let mut unanswered_before = None;
    for _ in 0..LEASES {
        let lock = lock(session, store_sync, basis).await?;
        let ready = completed(session, store_sync, basis, lock).await?;
        // An intent of the first round is from this process, and no refresh token was sent after it.
        let unanswered_before = *unanswered_before.get_or_insert(ready.unanswered_before);
        if !ready.lock.as_ref().is_some_and(StoreLock::has_run_out) {
            return Ok(Ready { unanswered_before, ..ready });
        }
    }
    Err(Error::new(Kind::Busy, "the lock of the store expires before it can be used; use a longer lease")
        .into())
}

async fn lock(
    session: &Session,
    store_sync: &StoreSync,
    basis: &mut Arc<Snapshot>,
) -> Result<Option<StoreLock>, Stopped> {
    let lock = match timeout(LOCK_WAIT, store_sync.store.lock()).await {
        Ok(Ok(lock)) => lock,
        Ok(Err(error)) => {
            let text = "the store could not be locked, so nothing was refreshed; check the store";
            return Err(Error::new(Kind::Store, text).with_source(error).into());
        }
        Err(_) => {
            let _exclusive = store_sync.exclusive().await;
            read_store(session, store_sync, basis).await?;
            let text = "another process has been refreshing this session for more than 8 s; try again later";
            return Err(Error::new(Kind::Busy, text).into());
        }
    };
    if lock.is_none() && !store_sync.reported_uncoordinated.swap(true, Ordering::Relaxed) {
        session.emit(SessionEvent::Uncoordinated);
    }
    Ok(lock)
}

async fn completed(
    session: &Session,
    store_sync: &StoreSync,
    basis: &mut Arc<Snapshot>,
    lock: Option<StoreLock>,
) -> Result<Ready, Stopped> {
    let fence = lock.as_ref().map(StoreLock::fence);
    let _exclusive = store_sync.exclusive().await;
    store_sync.locate().await;
    for _ in 0..TRIES {
        let unanswered_before = read_store(session, store_sync, basis).await?;
        if announce(session, store_sync, basis, fence).await? {
            return Ok(Ready { lock, unanswered_before });
        }
    }
    Err(Error::new(Kind::Busy, "other processes keep changing the store; try again later").into())
}

/// Whether an earlier refresh is unanswered. Returns an error if there is nothing left to refresh.
async fn read_store(
    session: &Session,
    store_sync: &StoreSync,
    basis: &mut Arc<Snapshot>,
) -> Result<bool, Stopped> {
    let found = store_sync.load().await?;
    let adoption = session.adopt(store_sync, &found, Adopt::SameLogin)?;
    if adoption == Adoption::OtherLogin {
        let text = "another process logged in as another user; call `Session::load` to adopt that session";
        return Err(Error::new(Kind::Superseded, text).into());
    }
    let now = session.snapshot();
    if now.stamp != basis.stamp {
        return Err(Stopped::Obsolete);
    }
    *basis = now;
    Ok(found.record.intent.is_some())
}

/// Stores that the refresh token is about to be sent. This also proves that the store can be written. `false`
/// if the store has changed.
pub(super) async fn announce(
    session: &Session,
    store_sync: &StoreSync,
    basis: &Snapshot,
    fence: Option<u64>,
) -> Result<bool, Stopped> {
    let Some((seen, stored_as)) = identity(session, store_sync, basis) else { return Err(Stopped::Obsolete) };
    // Without a login, the store has no refresh token that could be spent.
    let intent = basis.credential().map(|_| Intent::now(fence.unwrap_or_default()));
    let stored = stored_session(store_sync, &stored_as, basis.credential(), &basis.cookies);
    let record = Record::new(stored).with_intent(intent.clone());
    let swapped = store_sync.swap(Swap { basis: seen, record: record.write()?, fence }).await?;
    let Some(revision) = swapped else { return Ok(false) };
    if session.snapshot().stamp != basis.stamp {
        return Err(Stopped::Obsolete);
    }
    let mut state = store_sync.state();
    state.revision = Some(revision);
    state.intent = intent;
    Ok(true)
}

/// The revision and the identity in the store, if the session is still that of `basis`.
fn identity(session: &Session, store_sync: &StoreSync, basis: &Snapshot) -> Option<(Revision, StoredAs)> {
    let machine = session.lock();
    let here = machine.current();
    if here.stamp != basis.stamp {
        return None;
    }
    let mut state = store_sync.state();
    let stored_as = state.stored_as_of(here).clone();
    Some((state.revision.unwrap_or_default(), stored_as))
}

/// Stores what the server answered, then returns it.
async fn conclude<'a>(
    session: &Session,
    store_sync: &'a StoreSync,
    basis: &Arc<Snapshot>,
    ready: Ready,
    answer: Attempt,
) -> (RefreshResult, RefreshFailure, AfterCommit<'a>) {
    match answer {
        Attempt::Refreshed { .. } => {
            let (result, failure) = result_of(basis, answer);
            match result {
                RefreshResult::Refreshed { .. } => {
                    persist(session, store_sync, basis, ready.lock, (result, failure)).await
                }
                // The response is unusable, and the old refresh token is spent. The intent stays and records
                // this.
                unusable => (unusable, failure, AfterCommit { lock: ready.lock, ..AfterCommit::default() }),
            }
        }
        Attempt::Rejected(_) => {
            let mut seen = basis.clone();
            let exclusive = store_sync.exclusive().await;
            let again = read_store(session, store_sync, &mut seen).await;
            drop(exclusive);
            if let Err(stop) = again {
                return stopped(stop);
            }
            if !has_same_refresh_token(&seen, basis) {
                return stopped(Stopped::Failed(Error::new(
                    Kind::Refresh,
                    "another process changed the refresh token during the refresh; try again",
                )));
            }
            let answer = if ready.unanswered_before { answer.after_a_loss() } else { answer };
            let (result, failure) = result_of(basis, answer);
            store_sync.state().intent = None;
            (result, failure, AfterCommit { unwritten: true, lock: ready.lock, ..AfterCommit::default() })
        }
        Attempt::Failed { .. } => {
            let (result, failure) = result_of(basis, answer);
            // Without a response the refresh token may be spent. The intent stays and tells other processes.
            let answered = !session.unanswered().is_of(basis.stamp) && !ready.unanswered_before;
            if answered {
                store_sync.state().intent = None;
            }
            (result, failure, AfterCommit { unwritten: answered, lock: ready.lock, ..AfterCommit::default() })
        }
    }
}

/// Stores the new tokens before they are published. If this fails they are published anyway, because no
/// others are valid.
async fn persist<'a>(
    session: &Session,
    store_sync: &'a StoreSync,
    basis: &Snapshot,
    lock: Option<StoreLock>,
    (result, failure): (RefreshResult, RefreshFailure),
) -> (RefreshResult, RefreshFailure, AfterCommit<'a>) {
    let fence = lock.as_ref().map(StoreLock::fence);
    let exclusive = timeout(DEADLINE, store_sync.exclusive()).await.ok();
    let written = match &exclusive {
        Some(_) => store_refreshed(session, store_sync, basis, fence, &result).await,
        None => Err(store_timeout()),
    };
    let revision = match written {
        Ok(Some(revision)) => Some(revision),
        // The session has changed. The commit will find that out.
        Ok(None) if session.snapshot().stamp != basis.stamp => None,
        Ok(None) => {
            let mut seen = Arc::new(basis.clone());
            match read_store(session, store_sync, &mut seen).await {
                Err(Stopped::Failed(error)) if error.is_superseded() => {
                    session.revoke_superseded(&result);
                    return stopped(Stopped::Failed(error));
                }
                _ => None,
            }
        }
        Err(_) => None,
    };
    let note = Some(Note { stored: revision, first: basis.credential().is_none() });
    (result, failure, AfterCommit { note, unwritten: revision.is_none(), lock, exclusive })
}

async fn store_refreshed(
    session: &Session,
    store_sync: &StoreSync,
    basis: &Snapshot,
    fence: Option<u64>,
    result: &RefreshResult,
) -> Result<Option<Revision>, Error> {
    let RefreshResult::Refreshed { credential, cookies } = result else { return Ok(None) };
    let Some((seen, mut stored_as)) = identity(session, store_sync, basis) else { return Ok(None) };
    stored_as.next_generation();
    let here = session.snapshot();
    let jar = cookies.as_ref().map_or_else(|| here.cookies.clone(), |set| Arc::new(set.after(&here.cookies)));
    let record = Record::new(stored_session(store_sync, &stored_as, Some(credential), &jar)).write()?;
    store_sync.swap(Swap { basis: seen, record, fence }).await
}

fn stopped<'a>(stop: Stopped) -> (RefreshResult, RefreshFailure, AfterCommit<'a>) {
    let (result, failure) = match stop {
        Stopped::Obsolete => (RefreshResult::Aborted, None),
        Stopped::Failed(error) => failed(error),
    };
    (result, failure, AfterCommit::default())
}

fn has_same_refresh_token(one: &Snapshot, other: &Snapshot) -> bool {
    let refresh_token = |snapshot: &Snapshot| {
        snapshot.credential().and_then(|credential| credential.tokens().refresh_token().cloned())
    };
    refresh_token(one) == refresh_token(other) && *one.cookies == *other.cookies
}
