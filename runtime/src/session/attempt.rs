//! Makes one refresh attempt. If the session has a store, `store_sync` runs additional steps before and after each
//! refresh attempt.

use std::sync::Arc;
use std::time::Duration;

use super::cookie_session::with_cookie_lifetime;
use super::credential::Credential;
use super::decisions::{Attempt, RefreshResult};
use super::errors;
use super::refresh_handle::RefreshFailure;
use super::session::Session;
use super::snapshot::Snapshot;
use crate::error::{Error, Kind};
use crate::platform::clock::Now;
use crate::platform::deadline::within;

const DEADLINE: Duration = Duration::from_secs(10);

/// Requests a new credential. Returns the outcome of the attempt, or `None` if the attempt times out.
pub(super) async fn attempt(session: &Session, basis: &Snapshot) -> Option<Attempt> {
    let Some(provider) = session.provider() else {
        let error = Error::new(
            Kind::Refresh,
            "the session cannot be refreshed, because no refresh method is configured. Add a `#[refresh]` method or a refresher",
        );
        return Some(Attempt::Failed { error, retry_after: None });
    };
    within(DEADLINE, provider.refresh(session, basis)).await
}

pub(super) fn too_long() -> Attempt {
    Attempt::Failed { error: errors::too_long(), retry_after: None }
}

/// Converts the outcome of a refresh attempt into a result for the state machine and an error for the waiting calls.
pub(super) fn result_of(basis: &Snapshot, attempt: Attempt) -> (RefreshResult, RefreshFailure) {
    match attempt {
        // In a browser, a client without a session tries to refresh with the browser's cookies, which the server may
        // reject.
        Attempt::Rejected(error) if error.is_no_session() => {
            (RefreshResult::Rejected { rotation_lost: false }, Some(error))
        }
        Attempt::Rejected(error) if error.is_rotation_lost() => {
            (RefreshResult::Rejected { rotation_lost: true }, Some(error))
        }
        Attempt::Rejected(error) => {
            (RefreshResult::Rejected { rotation_lost: false }, Some(Error::session_expired(error)))
        }
        Attempt::Failed { error, retry_after } => {
            (RefreshResult::Failed { error: error.clone(), retry_after }, Some(error))
        }
        Attempt::Refreshed { tokens, cookies } => {
            let tokens = with_cookie_lifetime(tokens, &cookies);
            let previous = basis.credential().map(|credential| credential.tokens());
            match Credential::refreshed(tokens, previous, Now::read(), fastrand::f64()) {
                Ok(credential) => {
                    (RefreshResult::Refreshed { credential: Arc::new(credential), cookies }, None)
                }
                Err(error) => failed(Error::refresh(error)),
            }
        }
    }
}

pub(super) fn failed(error: Error) -> (RefreshResult, RefreshFailure) {
    (RefreshResult::Failed { error: error.clone(), retry_after: None }, Some(error))
}
