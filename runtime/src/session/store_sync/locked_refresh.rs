//! Refreshes a session that other processes share. The refresh holds the store's lock, reads changes made by other
//! processes, and stores its intent to refresh before it sends the refresh token.

use std::sync::Arc;
use std::time::Duration;

use super::after_commit::{AfterCommit, Note};
use super::prepare::{Ready, Stopped, identity, prepare, read_store};
use super::state::{DEADLINE, StoreSync};
use super::write::stored_session;
use crate::error::{Error, Kind};
use crate::platform::time::timeout;
use crate::session::attempt::{attempt, failed, result_of, too_long};
use crate::session::decisions::{Attempt, RefreshResult};
use crate::session::errors::store_timeout;
use crate::session::record::Record;
use crate::session::refresh_handle::{RefreshFailure, RefreshHandle};
use crate::session::session::Session;
use crate::session::snapshot::Snapshot;
use crate::session::store_rules::is_rotation_lost;
use crate::store::{Revision, Swap};

/// The maximum time that a caller waits for a refresh of a session with a store: enough for the preparation, the token
/// request, and two store operations.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(35);
/// Runs a refresh up to the point where its result can be committed. Sets `basis` to the session's snapshot after the
/// store has been read.
pub(crate) async fn refresh(
    session: &Session,
    store_sync: &StoreSync,
    handle: &RefreshHandle,
    basis: &mut Arc<Snapshot>,
) -> (RefreshResult, RefreshFailure, AfterCommit) {
    let ready = match prepare(session, store_sync, handle, basis).await {
        Ok(ready) => ready,
        Err(stop) => return stopped(stop),
    };
    let answer = {
        let _exchange = handle.exchange(&session.0.exchange).await;
        if !session.may_send(handle) {
            return stopped(Stopped::Obsolete);
        }
        attempt(session, basis).await
    };
    if let Some(answer) = answer {
        return store_result(session, store_sync, basis, ready, answer).await;
    }
    // The server might have accepted the refresh token, so the intent to refresh stays in the store.
    let (result, failure) = result_of(basis, too_long());
    (result, failure, AfterCommit::default())
}

/// Stores the server's response, and then returns the result of the refresh.
async fn store_result(
    session: &Session,
    store_sync: &StoreSync,
    basis: &Arc<Snapshot>,
    ready: Ready,
    answer: Attempt,
) -> (RefreshResult, RefreshFailure, AfterCommit) {
    match answer {
        Attempt::Refreshed { .. } => {
            let (result, failure) = result_of(basis, answer);
            match result {
                RefreshResult::Refreshed { .. } => {
                    persist(session, store_sync, basis, ready.fence, (result, failure)).await
                }
                // The response is unusable, but the old refresh token has already been used. The intent to refresh
                // stays in the store, so that other processes know that the new refresh token is lost.
                unusable => (unusable, failure, AfterCommit::default()),
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
                    "another process changed the refresh token during the refresh. Try again",
                )));
            }
            let answer =
                if is_rotation_lost(ready.unanswered_before) { answer.after_a_loss() } else { answer };
            let (result, failure) = result_of(basis, answer);
            store_sync.state().view.answered();
            (result, failure, AfterCommit { unwritten: true, ..AfterCommit::default() })
        }
        Attempt::Failed { .. } => {
            let (result, failure) = result_of(basis, answer);
            // If no response arrived, the intent to refresh stays in the store, so that other processes know that the
            // refresh token might already have been used.
            let answered = !session.unanswered().is_of(basis.stamp) && !ready.unanswered_before;
            if answered {
                store_sync.state().view.answered();
            }
            (result, failure, AfterCommit { unwritten: answered, ..AfterCommit::default() })
        }
    }
}

/// Stores the new tokens before calls can use them. If the store fails, calls use the new tokens anyway, because the
/// old tokens might no longer be valid.
async fn persist(
    session: &Session,
    store_sync: &StoreSync,
    basis: &Snapshot,
    fence: Option<u64>,
    (result, failure): (RefreshResult, RefreshFailure),
) -> (RefreshResult, RefreshFailure, AfterCommit) {
    let exclusive = timeout(DEADLINE, store_sync.exclusive()).await.ok();
    let written = match &exclusive {
        Some(_) => store_refreshed(session, store_sync, basis, fence, &result).await,
        None => Err(store_timeout()),
    };
    let revision = match written {
        Ok(Some(revision)) => Some(revision),
        // The session changed during the refresh, so the caller will discard the result.
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
    (result, failure, AfterCommit { note, unwritten: revision.is_none(), exclusive })
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

fn stopped(stop: Stopped) -> (RefreshResult, RefreshFailure, AfterCommit) {
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
