//! The session's state machine: what is published, and what a call does at its two crossings,
//! [`enter`](Cell::enter) before it is sent and [`settle`](Cell::settle) after it was refused.
//!
//! Pure: no I/O, no tasks, no HTTP, no clock and no dice of its own. `F` is the ticket by which a caller
//! joins a flight, and by which the flight is known when it lands.
//!
//! - *epoch* counts logins and logouts, *generation* counts published credentials; a [`Stamp`] is both, as
//!   they were when a call was sent.
//! - There is at most one flight. A login, a logout or a refresh by hand detaches it: what it brings is then
//!   discarded.

use std::sync::Arc;

use tokio::time::Instant;

use super::cookies::{Cookies, SetCookies};
use super::credential::{Credential, Minted};
use super::decision::{Cause, Entry, Finding, Landed, Landing, Settled};
use super::fruitless::Fruitless;
use super::memo::Memo;
use super::snapshot::{Snapshot, Stamp, Standing};
use crate::error::{Error, Kind};
use crate::reason::Reason;

pub(crate) struct Cell<F> {
    current: Arc<Snapshot>,
    flight: Option<Slot<F>>,
    memo: Memo,
    fruitless: Fruitless,
    /// A refresh without any login was refused: in this epoch it is not tried again.
    hopeless: bool,
}

struct Slot<F> {
    ticket: F,
    urgent: bool,
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

    /// `renewable`: what is current could be refreshed.
    pub(crate) fn enter(&self, renewable: bool, now: Instant) -> Entry<F> {
        let credential = match &self.current.standing {
            Standing::Expired => return Entry::Expired,
            Standing::Nobody if !renewable || self.hopeless => return Entry::Nobody,
            Standing::Nobody => return self.enter_by_flight(now),
            Standing::Live(credential) => credential,
        };
        if !credential.has_access() {
            return if renewable { self.enter_by_flight(now) } else { Entry::Nobody };
        }
        if !renewable {
            return Entry::Go;
        }
        match &self.flight {
            Some(slot) if slot.urgent || credential.is_expired(now) => Entry::Join(slot.ticket.clone()),
            None if credential.is_expired(now) => self.enter_by_flight(now),
            None if credential.wants_renewal(now) && self.memo.active(now).is_none() => Entry::GoAndRenew,
            Some(_) | None => Entry::Go,
        }
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
        if let Some(error) = self.memo.active(now) {
            return Settled::Fail(error);
        }
        if self.fruitless.is_excessive(now) {
            return Settled::Fail(excessive());
        }
        let Some(slot) = &mut self.flight else { return Settled::Start };
        slot.refused = true;
        let ticket = slot.ticket.clone();
        if finding == Finding::Expired && !std::mem::replace(&mut slot.urgent, true) {
            self.publish(|_| {});
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
            (Standing::Expired, true) => Some(expired()),
            (Standing::Live(_), false) => {
                Some(Error::new(Kind::Superseded, "somebody else logged in while the call was under way"))
            }
            (Standing::Nobody | Standing::Expired, false) => Some(ended()),
            (Standing::Live(_) | Standing::Nobody, true) => None,
        }
    }

    /// A flight starts; `ticket` is how others join it.
    pub(crate) fn take_off(&mut self, ticket: F, cause: Cause) {
        let refused = matches!(cause, Cause::Refused(_));
        self.flight = Some(Slot { ticket, urgent: cause.is_urgent(), refused });
        self.publish(|_| {});
    }

    /// The flight of `ticket` ends. Publishing, clearing the memo and clearing the slot are one step.
    /// `roll` in `0.0..1.0` is the dice.
    pub(crate) fn land(&mut self, ticket: &F, landing: Landing, now: Instant, roll: f64) -> Landed {
        let Some(slot) = self.flight.take_if(|slot| slot.ticket == *ticket) else { return Landed::Discarded };
        match landing {
            Landing::Renewed { credential, cookies } => {
                self.renew(credential, cookies.as_ref(), slot.refused, now, roll)
            }
            Landing::Failed { error, retry_after } => {
                self.memo.remember(error, retry_after, now, roll);
                self.publish(|_| {});
                Landed::Failed
            }
            Landing::Aborted => {
                self.publish(|_| {});
                Landed::Failed
            }
            Landing::Rejected if matches!(self.current.standing, Standing::Nobody) => {
                self.hopeless = true;
                self.publish(|_| {});
                Landed::Failed
            }
            Landing::Rejected => {
                self.memo.clear();
                self.publish(|next| {
                    next.standing = Standing::Expired;
                    next.cookies = Arc::default();
                });
                Landed::Expired
            }
        }
    }

    fn renew(
        &mut self,
        credential: Arc<Credential>,
        cookies: Option<&SetCookies>,
        refused: bool,
        now: Instant,
        roll: f64,
    ) -> Landed {
        let cookies = cookies.map(|cookies| Arc::new(cookies.after(&self.current.cookies)));
        let same =
            self.current.credential().filter(|old| old.tokens().access() == credential.tokens().access());
        if let Some(old) = same.filter(|_| refused) {
            // The rotated secret is kept all the same: the old one may be spent.
            let kept = Arc::new(old.with_refresh_of(credential.tokens()));
            self.memo.remember(no_progress(), None, now, roll);
            self.publish(|next| {
                next.standing = Standing::Live(kept);
                next.cookies = cookies.unwrap_or_else(|| next.cookies.clone());
            });
            return Landed::Failed;
        }
        self.memo.clear();
        self.publish(|next| {
            next.stamp.generation += 1;
            next.standing = Standing::Live(credential);
            next.cookies = cookies.unwrap_or_else(|| next.cookies.clone());
        });
        Landed::Published
    }

    /// A refresh that the user made by hand under `begun`. It detaches a flight under way, whose secret may
    /// be spent now.
    pub(crate) fn renew_by_hand(
        &mut self,
        begun: Stamp,
        credential: Arc<Credential>,
        cookies: Option<&SetCookies>,
        now: Instant,
    ) -> (Landed, Option<F>) {
        if begun != self.current.stamp || self.current.credential().is_none() {
            return (Landed::Discarded, None);
        }
        let detached = self.flight.take().map(|slot| slot.ticket);
        (self.renew(credential, cookies, false, now, 0.0), detached)
    }

    /// A login that began under `begun`, or tokens given by the user: a new epoch, which owes nothing to the
    /// one before. `Err` if somebody logged out since; otherwise the flight that it detached.
    pub(crate) fn log_in(
        &mut self,
        begun: Option<Stamp>,
        credential: Arc<Credential>,
        cookies: &[SetCookies],
    ) -> Result<Option<F>, Error> {
        let nobody = matches!(self.current.standing, Standing::Nobody);
        if nobody && begun.is_some_and(|begun| begun.epoch != self.current.stamp.epoch) {
            return Err(ended());
        }
        // What a server handed out before any login, say for its login form, belongs to nobody else.
        let mut jar = if nobody { Cookies::clone(&self.current.cookies) } else { Cookies::default() };
        for set in cookies {
            jar = set.after(&jar);
        }
        let detached = self.start_epoch();
        self.publish(|next| {
            next.stamp.generation += 1;
            next.standing = Standing::Live(credential);
            next.cookies = Arc::new(jar);
        });
        Ok(detached)
    }

    /// A logout. Whether somebody was logged in, and the flight that it detached.
    pub(crate) fn log_out(&mut self) -> (bool, Option<F>) {
        let was_live = matches!(self.current.standing, Standing::Live(_));
        let detached = self.start_epoch();
        self.publish(|next| {
            next.standing = Standing::Nobody;
            next.cookies = Arc::default();
        });
        (was_live, detached)
    }

    /// Cookies of an ordinary answer. Those of an answer to an older generation could overwrite newer ones,
    /// and are dropped.
    pub(crate) fn keep_cookies(&mut self, stamp: Stamp, cookies: &SetCookies) {
        if stamp == self.current.stamp && !matches!(self.current.standing, Standing::Expired) {
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
        self.publish(|_| {});
    }

    /// A refresh for `route` brought what is current now, and its call is not sent again.
    pub(crate) fn renewed_without_replay(&mut self, stamp: Stamp, route: &str) {
        if stamp == self.current.stamp {
            self.fruitless.renewed_without_proof(route, stamp.generation);
            self.publish(|_| {});
        }
    }

    /// A call succeeded, which lifts what was learned against its route.
    pub(crate) fn was_accepted(&mut self, stamp: Stamp, route: &str, now: Instant) {
        if stamp.epoch == self.current.stamp.epoch && self.fruitless.accepted(route, now) {
            self.publish(|_| {});
        }
    }

    fn start_epoch(&mut self) -> Option<F> {
        self.memo.clear();
        self.fruitless = Fruitless::default();
        self.hopeless = false;
        let detached = self.flight.take().map(|slot| slot.ticket);
        self.publish(|next| next.stamp.epoch += 1);
        detached
    }

    fn publish(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.current);
        change(&mut next);
        next.hold = self.flight.as_ref().is_some_and(|slot| slot.urgent);
        next.learning = !self.fruitless.is_empty();
        self.current = Arc::new(next);
    }
}

pub(crate) fn expired() -> Error {
    Error::new(Kind::SessionExpired, "the session has expired: log in again")
}

fn ended() -> Error {
    Error::new(Kind::NoSession, "the session was ended while the call was under way")
}

fn no_progress() -> Error {
    Error::new(Kind::NoProgress, "the refresh brought the access token that was refused")
}

fn excessive() -> Error {
    Error::new(
        Kind::Excessive,
        "refreshing was given up for a while: fresh tokens were refused again and again",
    )
}

#[cfg(test)]
mod tests;
