//! Refreshes a session on request: [`Session::refresh`].

use std::future::Future;

use crate::platform::time::Instant;

use super::call_types::Wait;
use super::decisions::Cause;
use super::errors::{self, no_session};
use super::operation::Operation;
use super::refresh_task::PreparedRefresh;
use super::session::Session;
use super::snapshot::LoginState;
use super::tokens::Tokens;
use crate::error::Error;

impl Session {
    /// Refreshes the session, or waits for a running refresh, and returns the new tokens.
    ///
    /// Use `refresh` for a "try again" button. If refreshes fail repeatedly, calls start the next refresh only after 1
    /// s, 2 s, 4 s and so on, up to 60 s. `refresh` can start a refresh 1 s after the last failure. A wait that the
    /// server requests with `Retry-After` applies to both `refresh` and calls. After the server has rejected the
    /// refresh token, neither `refresh` nor a call starts a refresh before the next login. Until the wait after a
    /// failure is over, `refresh` returns the last error without sending a request, so a program that calls `refresh`
    /// in a loop cannot flood the server.
    ///
    /// # Errors
    ///
    /// - If the session cannot be refreshed, [`is_no_session`](Error::is_no_session) returns `true` for the error.
    ///
    /// - If the server rejected the refresh token, [`is_session_expired`](Error::is_session_expired) returns `true` for
    ///   the error.
    ///
    /// - If the refresh fails for another reason, `refresh` returns the error from the failed refresh.
    ///
    /// This function is cancel safe: the refresh continues if the future is dropped.
    pub fn refresh(&self) -> Operation<impl Future<Output = Result<Tokens, Error>> + Send + '_> {
        Operation::new(async move {
            self.check_store().await?;
            let refreshed = match self.ask()? {
                Some(wait) => self.wait(wait).await?,
                None => self.snapshot(),
            };
            let tokens = refreshed.credential().map(|credential| credential.tokens().clone());
            tokens.ok_or_else(no_session)
        })
    }

    /// Starts a manual refresh, or joins a running refresh. Returns `None` if a refresh has just completed.
    pub(super) fn ask(&self) -> Result<Option<Wait>, Error> {
        self.refuse_reentry()?;
        let seen = self.snapshot();
        if matches!(seen.login_state, LoginState::Expired { .. }) {
            return Err(errors::expired(seen.lost_rotation()));
        }
        if self.has_run_out(&seen) {
            return Err(errors::expired(false));
        }
        if !self.can_refresh(&seen) {
            return Err(no_session());
        }
        let asked = self.update(|machine| {
            if machine.current().stamp != seen.stamp || machine.ended(seen.stamp).is_some() {
                return Ok(None);
            }
            machine.ask(Instant::now()).map(|running| {
                Some(running.map_or_else(
                    || PreparedRefresh::start(self, machine, Cause::Manual),
                    |handle| (handle, None),
                ))
            })
        });
        let Some((handle, prepared)) = asked? else { return Ok(None) };
        let started = prepared.is_some();
        if let Some(prepared) = prepared {
            prepared.spawn(self.clone());
        }
        Ok(Some(Wait { handle, stamp: seen.stamp, started, refused: false }))
    }
}
