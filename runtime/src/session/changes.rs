//! The methods that change a session: login, logout, refresh, and storing response cookies. Each change to the session
//! is one step of the state machine. Session events are emitted after the state machine is unlocked.

use std::sync::Arc;

use super::cookie_session::with_cookie_lifetime;
use super::cookies::SetCookies;
use super::credential::{Credential, Source};
use super::decisions::{Completion, RefreshResult};
use super::events::SessionEvent;
use super::refresh_handle::{RefreshHandle, complete_detached};
use super::session::Session;
use super::snapshot::Snapshot;
use super::store_sync::after_commit::AfterCommit;
use super::tokens::Tokens;
use crate::error::{Error, Stamp};
use crate::platform::clock::Now;
use crate::platform::time::Instant;

impl Session {
    /// Completes a refresh. Returns the outcome of the refresh and, if the refresh failed, the error for later calls.
    pub(super) fn complete(
        &self,
        handle: &RefreshHandle,
        result: RefreshResult,
        after_commit: &AfterCommit,
    ) -> (Completion, Option<Error>) {
        let (now, jitter) = (Instant::now(), fastrand::f64());
        self.update(|machine| {
            let completion = machine.complete(handle, result, now, jitter);
            if let Some(store_sync) = self.store_sync().filter(|_| completion != Completion::Discarded) {
                after_commit.note(store_sync, machine.current());
            }
            (completion, machine.failure(now))
        })
    }

    /// Emits the event for a completed refresh. Waiting calls must be woken before the event is emitted, because the
    /// receiver of the event can use the client.
    pub(super) fn emit_completion(&self, completion: Completion, failure: Option<Error>) {
        match completion {
            Completion::Published => self.0.events.emit(SessionEvent::Refreshed),
            Completion::Expired => self.0.events.emit(SessionEvent::Expired),
            Completion::Failed => {
                if let Some(error) = failure {
                    self.0.events.emit(SessionEvent::RefreshFailed(error));
                }
            }
            Completion::Discarded => {}
        }
    }

    pub(crate) fn report_rule_failed(&self, method: Option<&'static str>) {
        self.0.events.emit(SessionEvent::RuleFailed(method));
    }

    /// Sets the tokens from a login that began when the session had the stamp `begun`. `begun` is `None` if the user
    /// set the tokens.
    pub(crate) fn log_in(
        &self,
        begun: Option<Stamp>,
        tokens: Tokens,
        cookies: &[SetCookies],
    ) -> Result<(), Error> {
        let source = if begun.is_some() { Source::LoggedIn } else { Source::Given };
        let keeps_cookies = self.keeps_cookies() || tokens.by_cookie;
        let tokens = with_cookie_lifetime(tokens, cookies);
        let credential = Arc::new(Credential::new(tokens, source, Now::read(), fastrand::f64())?);
        let cookies = if keeps_cookies { cookies } else { &[] };
        let logged_in = self.update(|machine| {
            let logged_in = machine.log_in(begun, credential.clone(), cookies);
            if logged_in.is_ok() {
                self.count_change();
            }
            logged_in
        });
        if let (Err(_), Some(begun)) = (&logged_in, begun) {
            self.revoke_discarded(begun, credential.tokens().clone());
        }
        complete_detached(logged_in?);
        self.store_changes();
        self.0.events.emit(SessionEvent::LoggedIn);
        Ok(())
    }

    /// Sets the tokens from a manual `#[refresh]` call that began with the session snapshot `begun`.
    pub(crate) fn set_refreshed(
        &self,
        begun: &Snapshot,
        tokens: Tokens,
        cookies: &[SetCookies],
    ) -> Result<(), Error> {
        let Some(previous) = begun.credential() else {
            // The call began without a session, so its tokens begin a new session.
            return self.log_in(Some(begun.stamp), tokens, cookies);
        };
        let tokens = with_cookie_lifetime(tokens, cookies);
        let credential =
            Credential::refreshed(tokens, Some(previous.tokens()), Now::read(), fastrand::f64())?;
        let cookies = cookies.last().filter(|_| self.keeps_cookies());
        let (completion, detached) = self.update(|machine| {
            let refreshed = machine.set_refreshed(begun.stamp, Arc::new(credential), cookies, Instant::now());
            if let Some(store_sync) = self.store_sync().filter(|_| refreshed.0 != Completion::Discarded) {
                store_sync.state().rotated(machine.current());
            }
            refreshed
        });
        complete_detached(detached);
        if completion != Completion::Discarded {
            self.save();
        }
        self.emit_completion(completion, None);
        Ok(())
    }

    pub(super) fn emit(&self, event: SessionEvent) {
        self.0.events.emit(event);
    }

    pub(crate) fn log_out(&self) -> Arc<Snapshot> {
        self.end(false).0
    }

    /// Ends the session. Returns the session's last snapshot and the running refresh, if there is one. `claim` is true
    /// if the caller needs the result of the running refresh.
    pub(super) fn end(&self, claim: bool) -> (Arc<Snapshot>, Option<RefreshHandle>) {
        let (before, (was_logged_in, detached)) = self.update(|machine| {
            // Claiming the refresh and ending the session happen in one step, so the refresh cannot complete in
            // between.
            if let Some(running) = machine.handle().filter(|_| claim) {
                running.claim();
            }
            self.count_change();
            (machine.current().clone(), machine.log_out())
        });
        complete_detached(detached.clone());
        self.store_changes();
        if was_logged_in {
            self.0.events.emit(SessionEvent::LoggedOut);
        }
        (before, detached)
    }

    /// Stores the cookies from the response to an ordinary call. `stamp` is the session's stamp at the time the call
    /// was sent.
    pub(crate) fn keep_cookies(&self, stamp: Stamp, cookies: &SetCookies) {
        if self.keeps_cookies() {
            let (before, after) = self.update(|machine| {
                let before = machine.current().cookies.clone();
                machine.keep_cookies(stamp, cookies);
                (before, machine.current().cookies.clone())
            });
            if self.store_sync().is_some() && *before != *after {
                self.save();
            }
        }
    }
}
