//! Decides what a call does before it is sent ([`enter`](StateMachine::enter)) and after the server refuses it
//! ([`settle`](StateMachine::settle)), and publishes snapshots.

use std::sync::Arc;

use crate::error::{Error, Reason, Stamp};
use crate::platform::clock::Now;
use crate::platform::time::Instant;
use crate::session::decisions::{Cause, Entry, RefusalKind, Settled};
use crate::session::errors::{ended, excessive, expired, no_progress, no_session, superseded};
use crate::session::failure_backoff::FailureBackoff;
use crate::session::forbidden_routes::ForbiddenRoutes;
use crate::session::lifetime::Age;
use crate::session::snapshot::{LoginState, Snapshot};

#[cfg_attr(test, derive(Clone))]
#[allow(clippy::struct_excessive_bools, reason = "the four flags are independent of each other")]
pub(crate) struct StateMachine<H> {
    pub(super) current: Arc<Snapshot>,
    pub(super) running: Option<RunningRefresh<H>>,
    pub(super) backoff: FailureBackoff,
    pub(super) forbidden_routes: ForbiddenRoutes,
    /// Whether the server rejected a refresh while the session had no login. After the server has rejected a refresh of
    /// a session without a login, no further refresh starts until the next login.
    pub(super) no_way_to_log_in: bool,
    /// Whether the server rejected the refresh token before the access token expired. A server that has rejected the
    /// refresh token does not issue another credential for this login.
    pub(super) refresh_rejected: bool,
    /// Whether the server rejected the refresh token after the response to an earlier refresh was lost.
    pub(super) rotation_lost: bool,
    /// Whether the cookies that a refresh needs have expired.
    pub(super) ran_out: bool,
}

#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct RunningRefresh<H> {
    pub(super) handle: H,
    pub(super) urgent: bool,
    /// Whether the refresh started before the token expired and no call has waited for the refresh so far.
    pub(super) before_expiry: bool,
    /// Whether the server refused the credential. After a refusal, a refresh that returns the refused access token is
    /// treated as failed.
    pub(super) refused: bool,
}

impl<H: Clone + PartialEq> StateMachine<H> {
    pub(crate) fn new() -> Self {
        Self {
            current: Arc::new(Snapshot::empty()),
            running: None,
            backoff: FailureBackoff::default(),
            forbidden_routes: ForbiddenRoutes::default(),
            no_way_to_log_in: false,
            refresh_rejected: false,
            rotation_lost: false,
            ran_out: false,
        }
    }

    pub(crate) fn current(&self) -> &Arc<Snapshot> {
        &self.current
    }

    pub(crate) fn handle(&self) -> Option<H> {
        self.running.as_ref().map(|running| running.handle.clone())
    }

    pub(crate) fn failure(&self, now: Instant) -> Option<Error> {
        self.backoff.active(now)
    }

    /// Returns the handle of the running refresh, or `None` if the caller must start a refresh. Returns an error if the
    /// server has already rejected the refresh, or if a manual refresh is not allowed yet.
    pub(crate) fn ask(&mut self, now: Instant) -> Result<Option<H>, Error> {
        if let Some(running) = &mut self.running {
            running.before_expiry = false;
            return Ok(Some(running.handle.clone()));
        }
        let refused = match (self.refresh_rejected, self.no_way_to_log_in) {
            (true, _) => Some(expired(self.rotation_lost)),
            (false, true) => Some(no_session()),
            (false, false) => self.backoff.active_for_manual(now),
        };
        refused.map_or(Ok(None), Err)
    }

    /// Returns the time at which the next refresh is due, or `None` if no refresh is planned.
    pub(crate) fn next_refresh(&self) -> Option<Instant> {
        let due = self.current.credential().filter(|_| !self.refresh_rejected)?.refresh_at()?;
        Some(self.backoff.until().map_or(due, |until| until.max(due)))
    }

    /// `can_refresh` is true if the current session can be refreshed. `once` is true if the request body can be sent
    /// only once.
    pub(crate) fn enter(&self, can_refresh: bool, once: bool, now: Now) -> Entry<H> {
        let credential = match &self.current.login_state {
            LoginState::Expired { .. } => return Entry::Expired,
            LoginState::LoggedOut if !can_refresh || self.no_way_to_log_in => return Entry::NoSession,
            LoginState::LoggedOut => return self.enter_by_refresh(now.ticks),
            LoginState::LoggedIn(credential) => credential,
        };
        if !credential.is_usable() {
            return if can_refresh { self.enter_by_refresh(now.ticks) } else { Entry::NoSession };
        }
        if !can_refresh {
            return Entry::Go;
        }
        let age = credential.age(|| now, once);
        let waits = self.refresh_rejected || self.backoff.active(now.ticks).is_some();
        match (&self.running, age) {
            (Some(running), _) if running.urgent || age == Age::Expired => {
                Entry::Join(running.handle.clone())
            }
            (Some(running), Age::MaybeExpired) => Entry::TryJoin(running.handle.clone()),
            (None, Age::Expired) => self.enter_by_refresh(now.ticks),
            (None, Age::MaybeExpired) if !waits => Entry::TryStart,
            (None, Age::Expiring) if !waits => Entry::GoAndRefresh,
            (Some(_) | None, _) => Entry::Go,
        }
    }

    /// Call `set_ran_out` before each decision, because the state machine has no wall clock and cannot determine
    /// whether cookies have expired.
    pub(crate) fn set_ran_out(&mut self, ran_out: bool) {
        self.ran_out = ran_out;
    }

    /// Ends the session if its last access token has expired and no refresh is possible. A refresh is impossible if the
    /// refresh token was rejected or the cookies for a refresh have expired. Returns whether the session ended.
    pub(crate) fn expire_if_over(&mut self, now: Instant) -> bool {
        let over = (self.refresh_rejected || self.ran_out)
            && self.current.credential().is_some_and(|last| last.is_expired(now));
        if over {
            self.expire();
        }
        over
    }

    fn enter_by_refresh(&self, now: Instant) -> Entry<H> {
        match (&self.running, self.backoff.active(now)) {
            (Some(running), _) => Entry::Join(running.handle.clone()),
            (None, Some(error)) => Entry::Fail(error),
            (None, None) => Entry::Start,
        }
    }

    /// `stamp` is the stamp of the refused call, and `route` is the method that was called.
    pub(crate) fn settle(
        &mut self,
        stamp: Stamp,
        refusal: RefusalKind,
        route: &str,
        can_refresh: bool,
        now: Instant,
    ) -> Settled<H> {
        if let Some(error) = self.ended(stamp) {
            return Settled::Ended(error);
        }
        if self.current.stamp.generation > stamp.generation {
            return self.settle_late(stamp, refusal, route, now);
        }
        if !can_refresh && !self.ran_out {
            return Settled::Return(Reason::NothingToRefreshWith);
        }
        let suspect = refusal == RefusalKind::Suspect;
        if let Some(reason) = suspect.then(|| self.reason_to_keep(stamp, route, now)).flatten() {
            return Settled::Return(reason);
        }
        if self.refresh_rejected || self.ran_out {
            self.expire();
            return Settled::Expired(expired(self.rotation_lost));
        }
        if let Some(error) = self.backoff.active(now) {
            // A refresh has just returned the refused access token again, so the 403 response means that the call is
            // forbidden.
            let vouched = suspect && error.is_no_progress();
            return if vouched { Settled::Return(Reason::NoProgress) } else { Settled::Fail(error) };
        }
        if self.forbidden_routes.is_excessive(now) {
            return Settled::Fail(excessive());
        }
        let Some(running) = &mut self.running else { return Settled::Start };
        running.refused = true;
        running.before_expiry = false;
        let handle = running.handle.clone();
        if refusal == RefusalKind::Expired && !std::mem::replace(&mut running.urgent, true) {
            self.republish();
        }
        Settled::Join(handle)
    }

    /// Decides what a refused call does if the session was refreshed after the call was sent. If the refresh returned
    /// the refused access token, sending the call again would be useless.
    fn settle_late(&mut self, stamp: Stamp, refusal: RefusalKind, route: &str, now: Instant) -> Settled<H> {
        match (self.current.has_token_of(stamp), refusal) {
            (false, _) => Settled::Replay(self.current.clone()),
            (true, RefusalKind::Expired) => Settled::Fail(no_progress()),
            (true, RefusalKind::Suspect) => {
                self.replay_was_refused(self.current.stamp, refusal, route, now);
                Settled::Return(Reason::NoProgress)
            }
        }
    }

    /// Returns the reason why no refresh starts after a refusal, or `None` if a refresh may start.
    fn reason_to_keep(&mut self, stamp: Stamp, route: &str, now: Instant) -> Option<Reason> {
        let received = self.current.credential().map_or(now, |credential| credential.received());
        if self.forbidden_routes.take_proof(route, stamp.generation, received, now) {
            self.replay_was_refused(stamp, RefusalKind::Suspect, route, now);
        }
        let excessive = || self.forbidden_routes.is_excessive(now).then_some(Reason::ExcessiveRefresh);
        self.forbidden_routes.reason_to_keep(stamp, route, now).or_else(excessive)
    }

    /// Returns the error for a call that was sent with `stamp`, or `None` if the call's login has not ended.
    pub(crate) fn ended(&self, stamp: Stamp) -> Option<Error> {
        match (&self.current.login_state, stamp.epoch == self.current.stamp.epoch) {
            (LoginState::Expired { rotation_lost }, true) => Some(expired(*rotation_lost)),
            (LoginState::LoggedIn(_), false) => Some(superseded()),
            (LoginState::LoggedOut | LoginState::Expired { .. }, false) => Some(ended()),
            (LoginState::LoggedIn(_) | LoginState::LoggedOut, true) => None,
        }
    }

    /// Registers a refresh, which the caller then spawns. Other callers use `handle` to wait for the refresh.
    pub(crate) fn start(&mut self, handle: H, cause: Cause) {
        let refused = matches!(cause, Cause::Refused(_));
        self.running = Some(RunningRefresh {
            handle,
            urgent: cause.is_urgent(),
            before_expiry: cause.is_before_expiry(),
            refused,
        });
        self.republish();
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        self.running.as_ref().map(|running| match running {
            RunningRefresh { refused: true, urgent: true, .. } => Cause::Refused(RefusalKind::Expired),
            RunningRefresh { refused: true, .. } => Cause::Refused(RefusalKind::Suspect),
            RunningRefresh { urgent: true, .. } => Cause::Expired,
            RunningRefresh { before_expiry: true, .. } => Cause::BeforeExpiry,
            RunningRefresh { .. } => Cause::Manual,
        })
    }

    pub(crate) fn replace_handle(&mut self, handle: H) {
        if let Some(running) = &mut self.running {
            running.handle = handle;
        }
    }

    pub(super) fn publish(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.current);
        change(&mut next);
        self.put(next);
    }

    /// Recomputes the derived fields of the current snapshot and publishes the snapshot again.
    pub(super) fn republish(&mut self) {
        self.put(Snapshot::clone(&self.current));
    }

    pub(super) fn put(&mut self, mut next: Snapshot) {
        next.wait_for_refresh = self.running.as_ref().is_some_and(|running| running.urgent);
        next.wants_successes = !self.forbidden_routes.is_empty();
        self.current = Arc::new(next);
    }
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
