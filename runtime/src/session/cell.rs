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

mod epochs;
mod landing;

use std::sync::Arc;

use tokio::time::Instant;

use super::cookies::SetCookies;
use super::credential::Minted;
use super::decision::{Cause, Entry, Finding, Settled};
use super::errors::{ended, excessive, expired, no_session, superseded};
use super::fruitless::Fruitless;
use super::memo::Memo;
use super::snapshot::{Snapshot, Standing};
use super::term::Age;
use crate::error::{Error, Reason, Stamp};
use crate::platform::clock::Now;

#[cfg_attr(test, derive(Clone))]
pub(crate) struct Cell<F> {
    current: Arc<Snapshot>,
    flight: Option<Slot<F>>,
    memo: Memo,
    fruitless: Fruitless,
    /// A refresh without any login was refused: in this epoch it is not tried again.
    hopeless: bool,
    /// A refresh ahead of time was refused for good: the credential is the last one of its epoch.
    doomed: bool,
    /// The last refresh was refused for good after an answer had been lost.
    lost: bool,
}

#[cfg_attr(test, derive(Clone, Hash))]
struct Slot<F> {
    ticket: F,
    urgent: bool,
    /// It flies ahead of time, and nobody has asked for it since.
    ahead: bool,
    /// The server refused the credential: bringing the same one again is no help.
    refused: bool,
}

impl<F: Clone + PartialEq> Cell<F> {
    pub(crate) fn new() -> Self {
        Self {
            current: Arc::new(Snapshot::empty()),
            flight: None,
            memo: Memo::default(),
            fruitless: Fruitless::default(),
            hopeless: false,
            doomed: false,
            lost: false,
        }
    }

    pub(crate) fn current(&self) -> &Arc<Snapshot> {
        &self.current
    }

    /// How to join the flight that is under way.
    pub(crate) fn ticket(&self) -> Option<F> {
        self.flight.as_ref().map(|slot| slot.ticket.clone())
    }

    /// What a call is told while a failed refresh is remembered.
    pub(crate) fn failure(&self, now: Instant) -> Option<Error> {
        self.memo.active(now)
    }

    /// By hand: the flight to join, `None` if one is to start, or why nothing is asked now.
    pub(crate) fn ask(&mut self, now: Instant) -> Result<Option<F>, Error> {
        if let Some(slot) = &mut self.flight {
            slot.ahead = false;
            return Ok(Some(slot.ticket.clone()));
        }
        let refused = match (self.doomed, self.hopeless) {
            (true, _) => Some(expired(self.lost)),
            (false, true) => Some(no_session()),
            (false, false) => self.memo.active_by_hand(now),
        };
        refused.map_or(Ok(None), Err)
    }

    /// When a refresh ahead of time is due; `None` if none will be as things are.
    pub(crate) fn next_renewal(&self) -> Option<Instant> {
        let renewal = self.current.credential().filter(|_| !self.doomed)?.renewal()?;
        Some(self.memo.until().map_or(renewal, |until| until.max(renewal)))
    }

    /// `renewable`: what is current could be refreshed. `once`: the call's body can be sent only once.
    pub(crate) fn enter(&self, renewable: bool, once: bool, now: Now) -> Entry<F> {
        let credential = match &self.current.standing {
            Standing::Expired { .. } => return Entry::Expired,
            Standing::Nobody if !renewable || self.hopeless => return Entry::Nobody,
            Standing::Nobody => return self.enter_by_flight(now.ticks),
            Standing::Live(credential) => credential,
        };
        if !credential.is_usable() {
            return if renewable { self.enter_by_flight(now.ticks) } else { Entry::Nobody };
        }
        if !renewable {
            return Entry::Go;
        }
        let age = credential.age(|| now, once);
        let rests = self.doomed || self.memo.active(now.ticks).is_some();
        match (&self.flight, age) {
            (Some(slot), _) if slot.urgent || age == Age::Over => Entry::Join(slot.ticket.clone()),
            (Some(slot), Age::Doubtful) => Entry::TryJoin(slot.ticket.clone()),
            (None, Age::Over) => self.enter_by_flight(now.ticks),
            (None, Age::Doubtful) if !rests => Entry::TryStart,
            (None, Age::Late) if !rests => Entry::GoAndRenew,
            (Some(_) | None, _) => Entry::Go,
        }
    }

    /// Ends a session whose refresh was refused for good ahead of time, when its last credential is no longer
    /// good. Whether it did.
    pub(crate) fn lapse(&mut self, now: Instant) -> bool {
        let over = self.doomed && self.current.credential().is_some_and(|last| last.is_expired(now));
        if over {
            self.expire();
        }
        over
    }

    fn enter_by_flight(&self, now: Instant) -> Entry<F> {
        match (&self.flight, self.memo.active(now)) {
            (Some(slot), _) => Entry::Join(slot.ticket.clone()),
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
        renewable: bool,
        now: Instant,
    ) -> Settled<F> {
        if let Some(error) = self.ended(stamp) {
            return Settled::Ended(error);
        }
        if self.current.stamp.generation > stamp.generation {
            return Settled::Replay(self.current.clone());
        }
        if !renewable {
            return Settled::Return(Reason::NothingToRefreshWith);
        }
        let suspect = finding == Finding::Suspect;
        if let Some(reason) = suspect.then(|| self.genuine(stamp, route, now)).flatten() {
            return Settled::Return(reason);
        }
        if self.doomed {
            self.expire();
            return Settled::Lapsed(expired(self.lost));
        }
        if let Some(error) = self.memo.active(now) {
            return Settled::Fail(error);
        }
        if self.fruitless.is_excessive(now) {
            return Settled::Fail(excessive());
        }
        let Some(slot) = &mut self.flight else { return Settled::Start };
        slot.refused = true;
        slot.ahead = false;
        let ticket = slot.ticket.clone();
        if finding == Finding::Expired && !std::mem::replace(&mut slot.urgent, true) {
            self.republish();
        }
        Settled::Join(ticket)
    }

    /// Why a suspicious refusal is to be taken at its word, if it is.
    fn genuine(&mut self, stamp: Stamp, route: &str, now: Instant) -> Option<Reason> {
        let received = self.current.credential().map_or(now, |credential| credential.received());
        if self.fruitless.take_proof(route, stamp.generation, received, now) {
            self.replay_was_refused(stamp, Finding::Suspect, route, now);
        }
        let excessive = || self.fruitless.is_excessive(now).then_some(Reason::ExcessiveRefresh);
        self.fruitless.genuine(stamp, route, now).or_else(excessive)
    }

    /// Why nothing more can come of a call sent under `stamp`, if so.
    pub(crate) fn ended(&self, stamp: Stamp) -> Option<Error> {
        match (&self.current.standing, stamp.epoch == self.current.stamp.epoch) {
            (Standing::Expired { lost }, true) => Some(expired(*lost)),
            (Standing::Live(_), false) => Some(superseded()),
            (Standing::Nobody | Standing::Expired { .. }, false) => Some(ended()),
            (Standing::Live(_) | Standing::Nobody, true) => None,
        }
    }

    /// A flight starts; `ticket` is how others join it.
    pub(crate) fn take_off(&mut self, ticket: F, cause: Cause) {
        let refused = matches!(cause, Cause::Refused(_));
        self.flight = Some(Slot { ticket, urgent: cause.is_urgent(), ahead: cause.is_ahead(), refused });
        self.republish();
    }

    /// Cookies of an ordinary answer. Those of an answer to an older generation could overwrite newer ones,
    /// and are dropped.
    pub(crate) fn keep_cookies(&mut self, stamp: Stamp, cookies: &SetCookies) {
        if stamp == self.current.stamp && !matches!(self.current.standing, Standing::Expired { .. }) {
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
            let refreshed = self.current.credential().filter(|known| known.minted() == Minted::Refreshed);
            let minted = refreshed.map(|credential| credential.received());
            self.fruitless.refused(stamp, finding, route, minted, now);
        } else {
            self.fruitless.strike(stamp, now);
        }
        self.republish();
    }

    /// A refresh for `route` brought what is current now, and its call is not sent again.
    pub(crate) fn renewed_without_replay(&mut self, stamp: Stamp, route: &str) {
        if stamp == self.current.stamp {
            self.fruitless.renewed_without_proof(route, stamp.generation);
            self.republish();
        }
    }

    /// A call succeeded, which lifts what was learned against its route.
    pub(crate) fn was_accepted(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp.epoch == self.current.stamp.epoch && self.fruitless.accepted(route, now) {
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
        next.hold = self.flight.as_ref().is_some_and(|slot| slot.urgent);
        next.learning = !self.fruitless.is_empty();
        self.current = Arc::new(next);
    }
}

#[cfg(test)]
mod tests;
