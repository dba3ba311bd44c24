//! The session's state machine: what is published, and what a call does at its two crossings,
//! [`enter`](Cell::enter) before it is sent and [`settle`](Cell::settle) after it was refused.
//!
//! Pure: no I/O, no tasks, no HTTP, no clock and no dice of its own. `F` is the ticket by which a caller
//! joins a flight.
//!
//! - *epoch* counts logins and logouts, *generation* counts published credentials; a [`Stamp`] is both, as
//!   they were when a call was sent.
//! - At most one flight belongs to an epoch and generation. A login or logout detaches it: what it brings
//!   is then discarded.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::cookies::Cookies;
use super::credential::{Credential, Minted};
use super::fruitless::Fruitless;
use super::memo::Memo;
use super::snapshot::{Snapshot, Stamp, Standing};
use crate::error::{Error, Kind};

/// What a refused answer says about the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// No longer good, for sure.
    Expired,
    /// Perhaps no longer good, perhaps just not allowed to.
    Suspect,
}

/// What a call does before it is sent.
#[derive(Debug)]
pub(crate) enum Entry<F> {
    Nobody,
    Expired,
    Go,
    /// Go, and renew in the background.
    GoAndRenew,
    Join(F),
    Start,
    Fail(Error),
}

/// What a call does after it was refused.
#[derive(Debug)]
pub(crate) enum Settled<F> {
    /// The refusal is genuine.
    Return,
    /// Somebody logged out, or the session expired, or somebody else logged in: [`Cell::ended`] says which.
    Ended(Error),
    /// Somebody already refreshed.
    Replay(Arc<Snapshot>),
    Fail(Error),
    Join(F),
    Start,
}

/// How a flight ended.
pub(crate) enum Landing {
    Renewed {
        credential: Arc<Credential>,
        cookies: Option<Cookies>,
    },
    Failed {
        error: Error,
        retry_after: Option<Duration>,
    },
    Rejected,
    /// Broken off without any word from the server.
    Aborted,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landed {
    Published,
    Failed,
    Expired,
    /// The epoch or generation that it was for is over.
    Discarded,
}

pub(crate) struct Cell<F> {
    current: Arc<Snapshot>,
    flight: Option<Slot<F>>,
    memo: Memo,
    fruitless: Fruitless,
}

struct Slot<F> {
    ticket: F,
    urgent: bool,
}

impl<F: Clone> Cell<F> {
    pub(crate) fn new() -> Self {
        Self {
            current: Arc::new(Snapshot::empty()),
            flight: None,
            memo: Memo::default(),
            fruitless: Fruitless::default(),
        }
    }

    pub(crate) fn current(&self) -> &Arc<Snapshot> {
        &self.current
    }

    /// What a call is told while a failed refresh is remembered.
    pub(crate) fn failure(&self, now: Instant) -> Option<Error> {
        self.memo.active(now)
    }

    pub(crate) fn in_flight(&self) -> bool {
        self.flight.is_some()
    }

    /// `renewable`: the current credential could be refreshed.
    pub(crate) fn enter(&self, renewable: bool, now: Instant) -> Entry<F> {
        let credential = match &self.current.standing {
            Standing::Expired => return Entry::Expired,
            Standing::Nobody if !renewable => return Entry::Nobody,
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

    /// `stamp`: what the refused call was sent under. `route`: its path template.
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
            return Settled::Return;
        }
        let urgent = finding == Finding::Expired;
        if !urgent && self.fruitless.is_proof(route, stamp.generation) {
            self.replay_was_refused(stamp, finding, route, now);
        }
        if !urgent && (self.fruitless.is_genuine(stamp, route, now) || self.fruitless.is_excessive(now)) {
            return Settled::Return;
        }
        if let Some(error) = self.memo.active(now) {
            return Settled::Fail(error);
        }
        if self.fruitless.is_excessive(now) {
            return Settled::Fail(excessive());
        }
        match &mut self.flight {
            Some(slot) => {
                slot.urgent |= urgent;
                let ticket = slot.ticket.clone();
                self.publish(|_| {});
                Settled::Join(ticket)
            }
            None => Settled::Start,
        }
    }

    /// Why nothing more can come of a call sent under `stamp`, if so.
    pub(crate) fn ended(&self, stamp: Stamp) -> Option<Error> {
        match (&self.current.standing, stamp.epoch == self.current.stamp.epoch) {
            (Standing::Expired, true) => Some(expired()),
            (Standing::Live(_), false) => {
                Some(Error::new(Kind::Superseded, "somebody else logged in while the call was under way"))
            }
            (Standing::Nobody | Standing::Expired, false) => {
                Some(Error::new(Kind::NoSession, "the session was ended while the call was under way"))
            }
            (Standing::Live(_) | Standing::Nobody, true) => None,
        }
    }

    /// A flight starts; `ticket` is how others join it.
    pub(crate) fn take_off(&mut self, ticket: F, urgent: bool) {
        self.flight = Some(Slot { ticket, urgent });
        self.publish(|_| {});
    }

    pub(crate) fn ticket(&self) -> Option<F> {
        self.flight.as_ref().map(|slot| slot.ticket.clone())
    }

    /// The flight for `basis` ends. Publishing, clearing the memo and clearing the slot are one step.
    /// `roll` in `0.0..1.0` is the dice.
    pub(crate) fn land(&mut self, basis: Stamp, landing: Landing, now: Instant, roll: f64) -> Landed {
        if self.current.stamp != basis {
            return Landed::Discarded;
        }
        self.flight = None;
        match landing {
            Landing::Renewed { credential, cookies } => self.renew(credential, cookies, now, roll),
            Landing::Failed { error, retry_after } => {
                self.memo.remember(error, retry_after, now, roll);
                self.publish(|_| {});
                Landed::Failed
            }
            Landing::Aborted => {
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
        cookies: Option<Cookies>,
        now: Instant,
        roll: f64,
    ) -> Landed {
        let cookies = cookies.map_or_else(|| self.current.cookies.clone(), Arc::new);
        if let Some(old) = self.current.credential() {
            let access = credential.tokens().access();
            if access.is_some() && old.tokens().access() == access {
                // The rotated secret is kept all the same: the old one may be spent.
                let kept = Arc::new(old.with_refresh_of(credential.tokens()));
                self.memo.remember(no_progress(), None, now, roll);
                self.publish(|next| {
                    next.standing = Standing::Live(kept);
                    next.cookies = cookies;
                });
                return Landed::Failed;
            }
        }
        self.memo.clear();
        self.publish(|next| {
            next.stamp.generation += 1;
            next.standing = Standing::Live(credential);
            next.cookies = cookies;
        });
        Landed::Published
    }

    /// A refresh that the user made by hand. It takes the place of a flight under way, whose secret may be
    /// spent now.
    pub(crate) fn renew_by_hand(
        &mut self,
        epoch: u64,
        credential: Arc<Credential>,
        cookies: Option<Cookies>,
        now: Instant,
        roll: f64,
    ) -> Landed {
        if epoch != self.current.stamp.epoch {
            return Landed::Discarded;
        }
        self.flight = None;
        self.renew(credential, cookies, now, roll)
    }

    /// A login, or tokens given by the user: a new epoch, which owes nothing to the one before.
    pub(crate) fn log_in(&mut self, credential: Arc<Credential>, cookies: Option<Cookies>) {
        self.start_epoch();
        self.publish(|next| {
            next.stamp.generation += 1;
            next.standing = Standing::Live(credential);
            if let Some(cookies) = cookies {
                next.cookies = Arc::new(cookies);
            }
        });
    }

    /// A logout. `false` if nobody was logged in.
    pub(crate) fn log_out(&mut self) -> bool {
        let was_live = matches!(self.current.standing, Standing::Live(_));
        self.start_epoch();
        self.publish(|next| {
            next.standing = Standing::Nobody;
            next.cookies = Arc::default();
        });
        was_live
    }

    /// Cookies of an ordinary answer. Those of an answer to an older generation could overwrite newer ones,
    /// and are dropped.
    pub(crate) fn keep_cookies(&mut self, stamp: Stamp, cookies: Cookies) {
        if stamp == self.current.stamp {
            self.publish(|next| next.cookies = Arc::new(cookies));
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

    /// A call was accepted, which lifts what was learned against its route.
    pub(crate) fn was_accepted(&mut self, stamp: Stamp, route: &str) {
        if stamp.epoch == self.current.stamp.epoch {
            self.fruitless.accepted(route);
            self.publish(|_| {});
        }
    }

    fn start_epoch(&mut self) {
        self.flight = None;
        self.memo.clear();
        self.fruitless = Fruitless::default();
        self.publish(|next| next.stamp.epoch += 1);
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

fn no_progress() -> Error {
    Error::new(Kind::Refresh, "the refresh brought the access token that was refused")
}

fn excessive() -> Error {
    Error::new(
        Kind::Refresh,
        "refreshing was given up for a while: fresh tokens were refused again and again",
    )
}

#[cfg(test)]
mod tests;
