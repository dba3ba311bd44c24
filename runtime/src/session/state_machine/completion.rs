//! Completes a refresh in the state machine: publishes the new credential or records the failure.

use std::sync::Arc;

use super::machine::StateMachine;
use crate::error::Stamp;
use crate::platform::time::Instant;
use crate::session::cookies::SetCookies;
use crate::session::credential::Credential;
use crate::session::decisions::{Completion, RefreshResult};
use crate::session::errors::no_progress;
use crate::session::snapshot::LoginState;

impl<H: Clone + PartialEq> StateMachine<H> {
    /// Completes the refresh that `handle` identifies. A single step publishes the new credential, clears the failure
    /// backoff and removes the running refresh. `jitter` is a random number in `0.0..1.0`.
    pub(crate) fn complete(
        &mut self,
        handle: &H,
        result: RefreshResult,
        now: Instant,
        jitter: f64,
    ) -> Completion {
        let Some(running) = self.running.take_if(|running| running.handle == *handle) else {
            return Completion::Discarded;
        };
        self.rotation_lost = matches!(result, RefreshResult::Rejected { rotation_lost: true });
        match result {
            RefreshResult::Refreshed { credential, cookies } => {
                self.publish_refreshed(credential, cookies.as_ref(), running.refused, now, jitter)
            }
            RefreshResult::Failed { error, retry_after } => {
                self.backoff.record_failure(error, retry_after, now, jitter);
                self.republish();
                Completion::Failed
            }
            RefreshResult::Aborted => {
                self.republish();
                Completion::Failed
            }
            RefreshResult::Rejected { .. } if matches!(self.current.login_state, LoginState::LoggedOut) => {
                self.no_way_to_log_in = true;
                self.republish();
                Completion::Failed
            }
            RefreshResult::Rejected { .. } if running.before_expiry && self.is_good(now) => {
                self.refresh_rejected = true;
                self.republish();
                Completion::Failed
            }
            RefreshResult::Rejected { .. } => {
                self.expire();
                Completion::Expired
            }
        }
    }

    fn publish_refreshed(
        &mut self,
        credential: Arc<Credential>,
        cookies: Option<&SetCookies>,
        refused: bool,
        now: Instant,
        jitter: f64,
    ) -> Completion {
        let cookies = cookies.map(|cookies| Arc::new(cookies.after(&self.current.cookies)));
        // In a session that uses only cookies, there is no access token to compare with the previous access token.
        let access = credential.tokens().access_token();
        let same =
            self.current.credential().filter(|old| access.is_some() && old.tokens().access_token() == access);
        let token_since = same.map(|_| self.current.token_since);
        if let Some(old) = same.filter(|_| refused) {
            // The rotated refresh token is kept even though the refresh failed, because the old refresh token might
            // already have been used.
            let kept = Arc::new(old.with_refresh_of(credential.tokens()));
            self.backoff.record_failure(no_progress(), None, now, jitter);
            self.publish(|next| {
                next.login_state = LoginState::LoggedIn(kept);
                next.cookies = cookies.unwrap_or_else(|| next.cookies.clone());
            });
            return Completion::Failed;
        }
        self.backoff.clear();
        self.refresh_rejected = false;
        self.publish(|next| {
            next.stamp.generation += 1;
            next.token_since = token_since.unwrap_or(next.stamp.generation);
            next.login_state = LoginState::LoggedIn(credential);
            next.cookies = cookies.unwrap_or_else(|| next.cookies.clone());
        });
        Completion::Published
    }

    fn is_good(&self, now: Instant) -> bool {
        self.current
            .credential()
            .is_some_and(|credential| credential.is_usable() && !credential.is_expired(now))
    }

    /// Publishes the credential that a manual `#[refresh]` call obtained. `begun` is the session's stamp at the time
    /// the call began. If a refresh is in progress, its result is not used, because the manual call might already have
    /// used the refresh token.
    pub(crate) fn set_refreshed(
        &mut self,
        begun: Stamp,
        credential: Arc<Credential>,
        cookies: Option<&SetCookies>,
        now: Instant,
    ) -> (Completion, Option<H>) {
        if begun != self.current.stamp || self.current.credential().is_none() {
            return (Completion::Discarded, None);
        }
        let detached = self.running.take().map(|running| running.handle);
        (self.publish_refreshed(credential, cookies, false, now, 0.0), detached)
    }
}
