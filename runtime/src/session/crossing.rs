//! How calls cross the session: the cell under its lock, its decisions carried out outside of it. No lock
//! is held across an `.await`, and no code of the user's runs under it.

use std::sync::Arc;

use tokio::time::Instant;

use super::Session;
use super::cell::{self, Cell};
use super::decision::{Cause, Entry, Finding, Settled};
use super::flight::{self, Departure, Ticket};
use super::snapshot::{Snapshot, Stamp, Standing};
use crate::error::{Error, Kind};
use crate::trace;

/// Whether a call needs the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// It takes a credential along if there is one.
    Optional,
    /// It fails before the network without one.
    Required,
}

/// What a call takes along.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) pass: Arc<Snapshot>,
    /// It waited for a refresh first.
    pub(crate) waited: bool,
}

/// What a refused call does next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The refusal is the call's answer.
    Return,
    /// Wait for the refresh, then see.
    Wait(Wait),
    /// Somebody already refreshed.
    Replay(Arc<Snapshot>),
    Fail(Error),
}

/// A place among those who wait for a flight.
#[derive(Debug)]
pub(crate) struct Wait {
    ticket: Ticket,
    stamp: Stamp,
}

impl Session {
    /// Before a call is sent: what it takes along. `None`: nothing.
    ///
    /// Cancel safe: a refresh that it waits for goes on without it.
    pub(crate) async fn enter(&self, demand: Demand) -> Result<Option<Entered>, Error> {
        let at_once = |pass| Ok(Some(Entered { pass, waited: false }));
        let seen = self.snapshot();
        if seen.is_ready(now) {
            return at_once(seen);
        }
        let (entry, seen, departure) = self.decide();
        if let Some(departure) = departure {
            departure.launch(self.clone());
        }
        let ticket = match entry {
            Entry::Go | Entry::GoAndRenew => return at_once(seen),
            Entry::Nobody | Entry::Expired if demand == Demand::Optional => return Ok(None),
            Entry::Nobody | Entry::Start => return Err(no_session()),
            Entry::Expired => return Err(cell::expired()),
            Entry::Fail(error) => return Err(error),
            Entry::Join(ticket) => ticket,
        };
        self.refuse_reentry()?;
        let pass = self.wait(Wait { ticket, stamp: seen.stamp }).await?;
        Ok(Some(Entered { pass, waited: true }))
    }

    /// Decides and, if a flight is to start, gives it its slot, in one step. Asking whether there is
    /// something to refresh with may run the user's code, so it is asked outside of the lock, and the
    /// answer counts only if nothing has changed.
    fn decide(&self) -> (Entry<Ticket>, Arc<Snapshot>, Option<Departure>) {
        loop {
            let seen = self.snapshot();
            let renewable = self.is_renewable(&seen);
            let decided = self.update(|cell| {
                if cell.current().stamp != seen.stamp {
                    return None;
                }
                let entry = cell.enter(renewable, now());
                let current = cell.current().clone();
                Some(match entry {
                    Entry::Start => {
                        let (ticket, departure) = board(cell, Cause::Clock);
                        (Entry::Join(ticket), current, departure)
                    }
                    Entry::GoAndRenew => (Entry::Go, current, board(cell, Cause::Margin).1),
                    other => (other, current, None),
                })
            });
            if let Some(decided) = decided {
                return decided;
            }
        }
    }

    /// After a call was refused.
    pub(crate) fn settle(&self, pass: &Arc<Snapshot>, finding: Finding, route: &str) -> Next {
        let renewable = self.is_renewable(pass);
        let (settled, departure) =
            self.update(|cell| match cell.settle(pass.stamp, finding, route, renewable, now()) {
                Settled::Start if flight::is_flight_of(self) => (Settled::Fail(reentrant()), None),
                Settled::Start => {
                    let (ticket, departure) = board(cell, Cause::Refused(finding));
                    (Settled::Join(ticket), departure)
                }
                other => (other, None),
            });
        if let Some(departure) = departure {
            departure.launch(self.clone());
        }
        match settled {
            Settled::Return | Settled::Start => Next::Return,
            Settled::Ended(error) | Settled::Fail(error) => Next::Fail(error),
            Settled::Replay(current) => Next::Replay(current),
            Settled::Join(ticket) => match self.refuse_reentry() {
                Ok(()) => Next::Wait(Wait { ticket, stamp: pass.stamp }),
                Err(error) => Next::Fail(error),
            },
        }
    }

    /// By hand: starts a flight, or joins the one under way. `None`: the session has just been renewed.
    pub(super) fn ask(&self) -> Result<Option<Wait>, Error> {
        self.refuse_reentry()?;
        let seen = self.snapshot();
        if matches!(seen.standing, Standing::Expired) {
            return Err(cell::expired());
        }
        if !self.is_renewable(&seen) {
            return Err(no_session());
        }
        let boarded = self.update(|cell| {
            let unchanged = cell.current().stamp == seen.stamp && cell.ended(seen.stamp).is_none();
            unchanged.then(|| board(cell, Cause::Hand))
        });
        let Some((ticket, departure)) = boarded else { return Ok(None) };
        if let Some(departure) = departure {
            departure.launch(self.clone());
        }
        Ok(Some(Wait { ticket, stamp: seen.stamp }))
    }

    /// Waits for the flight; what the session is afterwards, if it got newer.
    pub(crate) async fn wait(&self, wait: Wait) -> Result<Arc<Snapshot>, Error> {
        let Wait { ticket, stamp } = wait;
        trace::waits();
        let failure = ticket.landed(self).await;
        let (ended, current) = self.update(|cell| (cell.ended(stamp), cell.current().clone()));
        let same_epoch = current.stamp.epoch == stamp.epoch;
        if same_epoch && current.stamp.generation > stamp.generation && ended.is_none() {
            return Ok(current);
        }
        // The flight's own error says more than "expired".
        let failure = failure.filter(|_| same_epoch);
        Err(failure.or(ended).unwrap_or_else(|| Error::new(Kind::Refresh, "the refresh brought nothing new")))
    }

    pub(crate) fn replay_was_refused(&self, stamp: Stamp, finding: Finding, route: &str) {
        self.update(|cell| cell.replay_was_refused(stamp, finding, route, now()));
    }

    pub(crate) fn renewed_without_replay(&self, stamp: Stamp, route: &str) {
        self.update(|cell| cell.renewed_without_replay(stamp, route));
    }

    pub(crate) fn was_accepted(&self, stamp: Stamp, route: &str) {
        self.update(|cell| cell.was_accepted(stamp, route, now()));
    }

    fn refuse_reentry(&self) -> Result<(), Error> {
        if flight::is_flight_of(self) {
            return Err(reentrant());
        }
        Ok(())
    }
}

/// A ticket for the flight under way, or for a new one that is then to be launched.
fn board(cell: &mut Cell<Ticket>, cause: Cause) -> (Ticket, Option<Departure>) {
    if let Some(ticket) = cell.ticket() {
        return (ticket, None);
    }
    let departure = Departure::new(cell.current().clone(), cause);
    let ticket = departure.ticket();
    cell.take_off(ticket.clone(), cause);
    (ticket, Some(departure))
}

pub(super) fn now() -> Instant {
    Instant::now()
}

fn no_session() -> Error {
    Error::new(Kind::NoSession, "nobody is logged in")
}

fn reentrant() -> Error {
    Error::new(Kind::Reentrant, "the refresh waits for itself: it called a method that needs it")
}
