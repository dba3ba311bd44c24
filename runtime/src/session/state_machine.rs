//! The session's state machine: what is published, and what a call does at its two crossings,
//! [`enter`](Cell::enter) before it is sent and [`settle`](Cell::settle) after it was refused.
//!
//! Pure: no I/O, no tasks, no HTTP, no clock and no dice of its own. `F` is the ticket by which a caller
//! joins a flight, and by which the flight is known when it lands.
//!
//! - *epoch* counts logins and logouts, *generation* counts published credentials; a [`Stamp`] is both, as
//!   they were when a call was sent.
//! - There is at most one flight. A login, a logout or a refresh by hand detaches it: what it brings is then
//!   discarded. How it ends is told in [`landing`], and how an epoch does in [`epochs`].

mod completion;
mod epochs;

use std::sync::Arc;

use tokio::time::Instant;

use super::cookies::SetCookies;
use super::credential::Source;
use super::decisions::{Cause, Entry, Finding, Settled};
use super::errors::{ended, excessive, expired, no_session, superseded};
use super::failure_backoff::FailureBackoff;
use super::forbidden_routes::ForbiddenRoutes;
use super::lifetime::Age;
use super::snapshot::{LoginState, Snapshot};
use crate::error::{Error, Reason, Stamp};
use crate::platform::clock::Now;

#[cfg_attr(test, derive(Clone))]
pub(crate) struct StateMachine<H> {
    current: Arc<Snapshot>,
    running: Option<RunningRefresh<H>>,
    backoff: FailureBackoff,
    forbidden_routes: ForbiddenRoutes,
    /// A refresh without any login was refused: in this epoch it is not tried again.
    no_way_to_log_in: bool,
    /// A refresh ahead of time was refused for good: the credential is the last one of its epoch.
    refresh_rejected: bool,
    /// The last refresh was refused for good after an answer had been lost.
    rotation_lost: bool,
}

#[cfg_attr(test, derive(Clone, Hash))]
struct RunningRefresh<H> {
    handle: H,
    urgent: bool,
    /// It flies ahead of time, and nobody has asked for it since.
    before_expiry: bool,
    /// The server refused the credential: bringing the same one again is no help.
    refused: bool,
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
        }
    }

    pub(crate) fn current(&self) -> &Arc<Snapshot> {
        &self.current
    }

    /// How to join the flight that is under way.
    pub(crate) fn handle(&self) -> Option<H> {
        self.running.as_ref().map(|running| running.handle.clone())
    }

    /// What a call is told while a failed refresh is remembered.
    pub(crate) fn failure(&self, now: Instant) -> Option<Error> {
        self.backoff.active(now)
    }

    /// By hand: the flight to join, `None` if one is to start, or why nothing is asked now.
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

    /// When a refresh ahead of time is due; `None` if none will be as things are.
    pub(crate) fn next_refresh(&self) -> Option<Instant> {
        let due = self.current.credential().filter(|_| !self.refresh_rejected)?.refresh_at()?;
        Some(self.backoff.until().map_or(due, |until| until.max(due)))
    }

    /// `renewable`: what is current could be refreshed. `once`: the call's body can be sent only once.
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

    /// Ends a session whose refresh was refused for good ahead of time, when its last credential is no longer
    /// good. Whether it did.
    pub(crate) fn lapse(&mut self, now: Instant) -> bool {
        let over =
            self.refresh_rejected && self.current.credential().is_some_and(|last| last.is_expired(now));
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

    /// `stamp`: what the refused call was sent under. `route`: what it called.
    pub(crate) fn settle(
        &mut self,
        stamp: Stamp,
        finding: Finding,
        route: &str,
        can_refresh: bool,
        now: Instant,
    ) -> Settled<H> {
        if let Some(error) = self.ended(stamp) {
            return Settled::Ended(error);
        }
        if self.current.stamp.generation > stamp.generation {
            return Settled::Replay(self.current.clone());
        }
        if !can_refresh {
            return Settled::Return(Reason::NothingToRefreshWith);
        }
        let suspect = finding == Finding::Suspect;
        if let Some(reason) = suspect.then(|| self.reason_to_keep(stamp, route, now)).flatten() {
            return Settled::Return(reason);
        }
        if self.refresh_rejected {
            self.expire();
            return Settled::Lapsed(expired(self.rotation_lost));
        }
        if let Some(error) = self.backoff.active(now) {
            return Settled::Fail(error);
        }
        if self.forbidden_routes.is_excessive(now) {
            return Settled::Fail(excessive());
        }
        let Some(running) = &mut self.running else { return Settled::Start };
        running.refused = true;
        running.before_expiry = false;
        let handle = running.handle.clone();
        if finding == Finding::Expired && !std::mem::replace(&mut running.urgent, true) {
            self.republish();
        }
        Settled::Join(handle)
    }

    /// Why a suspicious refusal is to be taken at its word, if it is.
    fn reason_to_keep(&mut self, stamp: Stamp, route: &str, now: Instant) -> Option<Reason> {
        let received = self.current.credential().map_or(now, |credential| credential.received());
        if self.forbidden_routes.take_proof(route, stamp.generation, received, now) {
            self.replay_was_refused(stamp, Finding::Suspect, route, now);
        }
        let excessive = || self.forbidden_routes.is_excessive(now).then_some(Reason::ExcessiveRefresh);
        self.forbidden_routes.reason_to_keep(stamp, route, now).or_else(excessive)
    }

    /// Why nothing more can come of a call sent under `stamp`, if so.
    pub(crate) fn ended(&self, stamp: Stamp) -> Option<Error> {
        match (&self.current.login_state, stamp.epoch == self.current.stamp.epoch) {
            (LoginState::Expired { rotation_lost }, true) => Some(expired(*rotation_lost)),
            (LoginState::LoggedIn(_), false) => Some(superseded()),
            (LoginState::LoggedOut | LoginState::Expired { .. }, false) => Some(ended()),
            (LoginState::LoggedIn(_) | LoginState::LoggedOut, true) => None,
        }
    }

    /// A flight starts; `ticket` is how others join it.
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

    /// Cookies of an ordinary answer. Those of an answer to an older generation could overwrite newer ones,
    /// and are dropped.
    pub(crate) fn keep_cookies(&mut self, stamp: Stamp, cookies: &SetCookies) {
        if stamp == self.current.stamp && !matches!(self.current.login_state, LoginState::Expired { .. }) {
            self.publish(|next| next.cookies = Arc::new(cookies.after(&next.cookies)));
        }
    }

    /// The replay under `stamp` was refused again: the refresh before it was for nothing. If that
    /// credential has been replaced meanwhile, its refusal says nothing of the route.
    pub(crate) fn replay_was_refused(&mut self, stamp: Stamp, finding: Finding, route: &str, now: Instant) {
        if stamp.epoch != self.current.stamp.epoch {
            return;
        }
        if stamp == self.current.stamp {
            let refreshed = self.current.credential().filter(|known| known.source() == Source::Refreshed);
            let source = refreshed.map(|credential| credential.received());
            self.forbidden_routes.refused(stamp, finding, route, source, now);
        } else {
            self.forbidden_routes.count_useless(stamp, now);
        }
        self.republish();
    }

    /// A refresh for `route` brought what is current now, and its call is not sent again.
    pub(crate) fn refreshed_without_replay(&mut self, stamp: Stamp, route: &str) {
        if stamp == self.current.stamp {
            self.forbidden_routes.refreshed_without_proof(route, stamp.generation);
            self.republish();
        }
    }

    /// A call succeeded, which lifts what was learned against its route.
    pub(crate) fn was_accepted(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp.epoch == self.current.stamp.epoch && self.forbidden_routes.accepted(route, now) {
            self.republish();
        }
    }

    fn publish(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.current);
        change(&mut next);
        self.put(next);
    }

    /// The same snapshot, with what else has changed.
    fn republish(&mut self) {
        self.put(Snapshot::clone(&self.current));
    }

    fn put(&mut self, mut next: Snapshot) {
        next.wait_for_refresh = self.running.as_ref().is_some_and(|running| running.urgent);
        next.wants_successes = !self.forbidden_routes.is_empty();
        self.current = Arc::new(next);
    }
}

#[cfg(test)]
mod tests;
