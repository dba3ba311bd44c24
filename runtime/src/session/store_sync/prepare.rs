//! Prepares a refresh of a shared session: acquires the store's lock, reads the store, and writes the intent to send
//! the refresh token.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::state::{Adopt, StoreSync};
use super::write::stored_session;
use crate::error::{Error, Kind};
use crate::platform::time::{sleep, timeout};
use crate::session::errors::store_timeout;
use crate::session::events::SessionEvent;
use crate::session::record::{Intent, Record};
use crate::session::refresh_handle::RefreshHandle;
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::session::store_rules::{Adoption, StoredAs};
use crate::store::{Revision, Swap};

/// The maximum time to wait for the store's lock.
const LOCK_WAIT: Duration = Duration::from_secs(8);
/// The time limit for the preparation before the refresh token is sent.
const PREPARATION: Duration = Duration::from_secs(12);
/// The time for which a refresh can still replace the shared cookies after the process that started the refresh has
/// exited.
const LATE_COOKIES: Duration = Duration::from_secs(1);
/// Once this much time has passed since another process announced a refresh, the response to that refresh can no longer
/// replace the shared cookies.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(30);
/// The maximum number of attempts to write the intent to refresh while other processes keep writing to the store.
const TRIES: u32 = 4;
/// The maximum number of times that a refresh acquires the lock. A lease can expire before the refresh token is sent.
const LEASES: u32 = 2;

/// The result of a successful preparation, after which the refresh token can be sent.
pub(super) struct Ready {
    pub(super) fence: Option<u64>,
    /// Whether the store contained the intent of an earlier refresh whose result is unknown.
    pub(super) unanswered_before: bool,
}

/// The reason why the refresh token is not sent.
pub(super) enum Stopped {
    /// The session has changed, or it already has a newer credential.
    Obsolete,
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Prepares the refresh. Sets `basis` to the session's snapshot after the store has been read.
pub(super) async fn prepare(
    session: &Session,
    store_sync: &StoreSync,
    handle: &RefreshHandle,
    basis: &mut Arc<Snapshot>,
) -> Result<Ready, Stopped> {
    match timeout(PREPARATION, prepare_under_lock(session, store_sync, handle, basis)).await {
        Ok(prepared) => prepared,
        Err(_) => Err(Stopped::Failed(store_timeout())),
    }
}

/// Repeats the preparation until the intent to send the refresh token has been stored and the lock has not expired.
async fn prepare_under_lock(
    session: &Session,
    store_sync: &StoreSync,
    handle: &RefreshHandle,
    basis: &mut Arc<Snapshot>,
) -> Result<Ready, Stopped> {
    // A change that has not been stored might contain the only valid refresh token, so the change must be stored before
    // the next refresh.
    if store_sync.state().view.has_unwritten() {
        session.save();
        session.saved().await?;
    }
    let mut unanswered_before = None;
    for _ in 0..LEASES {
        let fence = lock(session, store_sync, handle, basis).await?;
        wait_for_late_cookies(store_sync).await?;
        let ready = record_intent(session, store_sync, basis, fence).await?;
        // When the preparation is repeated, the store contains the intent that this process stored the first time. The
        // intent of an earlier refresh can be found only the first time that the preparation runs.
        let unanswered_before = *unanswered_before.get_or_insert(ready.unanswered_before);
        let expired = {
            let mut state = store_sync.state();
            state.lock.take_expired()
        };
        if expired.is_none() {
            return Ok(Ready { unanswered_before, ..ready });
        }
    }
    Err(Error::new(
        Kind::Busy,
        "the store's lock expired before the refresh token could be sent. Use a longer lease",
    )
    .into())
}

/// Acquires the store's lock, unless the session already holds it. Returns the lock's fence.
async fn lock(
    session: &Session,
    store_sync: &StoreSync,
    handle: &RefreshHandle,
    basis: &mut Arc<Snapshot>,
) -> Result<Option<u64>, Stopped> {
    let reused = store_sync.state().lock.reuse(handle);
    if reused.is_some() {
        return Ok(reused);
    }
    let lock = match timeout(LOCK_WAIT, store_sync.store.lock()).await {
        Ok(Ok(lock)) => lock,
        Ok(Err(error)) => {
            let text = "the store could not be locked, so the session was not refreshed. Check the store";
            return Err(Error::new(Kind::Store, text).with_source(error).into());
        }
        Err(_) => {
            let _exclusive = store_sync.exclusive().await;
            read_store(session, store_sync, basis).await?;
            let text = "another process has been refreshing this session for more than 8 s. Try again later";
            return Err(Error::new(Kind::Busy, text).into());
        }
    };
    let Some(lock) = lock else {
        if !store_sync.reported_uncoordinated.swap(true, Ordering::Relaxed) {
            session.emit(SessionEvent::Uncoordinated);
        }
        return Ok(None);
    };
    let fence = lock.fence();
    let before = {
        let mut state = store_sync.state();
        state.lock.put(lock, handle)
    };
    drop(before);
    session.watch_lock(store_sync);
    Ok(Some(fence))
}

/// If all processes share their cookies, this function waits for the response to a refresh that another process
/// announced. The response can replace the cookies even after the process that announced the refresh has exited.
pub(super) async fn wait_for_late_cookies(store_sync: &StoreSync) -> Result<(), Stopped> {
    if !store_sync.store.shares_cookies() {
        return Ok(());
    }
    let intent = store_sync.load().await?.record.intent;
    let is_own = store_sync.state().view.intent == intent;
    if intent.is_some_and(|intent| !is_own && intent.age() < LONGEST_EXCHANGE) {
        sleep(LATE_COOKIES).await;
    }
    Ok(())
}

async fn record_intent(
    session: &Session,
    store_sync: &StoreSync,
    basis: &mut Arc<Snapshot>,
    fence: Option<u64>,
) -> Result<Ready, Stopped> {
    let _exclusive = store_sync.exclusive().await;
    store_sync.locate().await;
    for _ in 0..TRIES {
        // If there is no login, this process does not have a refresh token that could be sent.
        let unanswered_before = read_store(session, store_sync, basis).await? && basis.credential().is_some();
        if store_intent(session, store_sync, basis, fence).await? {
            return Ok(Ready { fence, unanswered_before });
        }
    }
    Err(Error::new(Kind::Busy, "other processes keep changing the store. Try again later").into())
}

/// Reads the store. Returns whether an earlier refresh did not receive a response. Returns an error if the session
/// cannot be refreshed.
pub(super) async fn read_store(
    session: &Session,
    store_sync: &StoreSync,
    basis: &mut Arc<Snapshot>,
) -> Result<bool, Stopped> {
    let found = store_sync.load().await?;
    let adoption = session.adopt(store_sync, &found, Adopt::SameLogin)?;
    if adoption == Adoption::KeepOther {
        let text =
            "another process logged in as a different user. To use that user's session, call `Session::load`";
        return Err(Error::new(Kind::Superseded, text).into());
    }
    let now = session.snapshot();
    if now.stamp != basis.stamp {
        return Err(Stopped::Obsolete);
    }
    *basis = now;
    Ok(found.record.intent.is_some())
}

/// Stores the intent to send the refresh token. Storing the intent also proves that the store is writable. Returns
/// `false` if the store has changed since it was read.
pub(super) async fn store_intent(
    session: &Session,
    store_sync: &StoreSync,
    basis: &Snapshot,
    fence: Option<u64>,
) -> Result<bool, Stopped> {
    let Some((seen, stored_as)) = identity(session, store_sync, basis) else { return Err(Stopped::Obsolete) };
    // If there is no login, the store does not contain a refresh token that could be sent. Shared cookies can contain a
    // refresh token even if there is no login.
    let spends = basis.credential().is_some() || store_sync.store.shares_cookies();
    let intent = spends.then(|| Intent::now(fence.unwrap_or_default()));
    let stored = stored_session(store_sync, &stored_as, basis.credential(), &basis.cookies);
    let record = Record::new(stored).with_intent(intent.clone());
    let swapped = store_sync.swap(Swap { basis: seen, record: record.write()?, fence }).await?;
    let Some(revision) = swapped else { return Ok(false) };
    if session.snapshot().stamp != basis.stamp {
        return Err(Stopped::Obsolete);
    }
    store_sync.state().view.intends(revision, intent, basis.credential().is_some());
    Ok(true)
}

/// Returns the store's revision and the identity of the stored session, if the session still has the stamp of `basis`.
pub(super) fn identity(
    session: &Session,
    store_sync: &StoreSync,
    basis: &Snapshot,
) -> Option<(Revision, StoredAs<String>)> {
    let machine = session.lock();
    let here = machine.current();
    if here.stamp != basis.stamp {
        return None;
    }
    let mut state = store_sync.state();
    let view = state.view_of(here);
    Some((view.revision.unwrap_or_default(), view.stored_as.clone()))
}
