//! How calls cross the session: the cell under its lock, its decisions carried out outside of it. No lock
//! is held across an `.await`, and no code of the user's runs under it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::cell::{self, Cell, Entry, Finding, Settled};
use super::flight::{self, Departure, Ticket};
use super::refresher::Refresher;
use super::snapshot::{Snapshot, Stamp};
use super::Session;
use crate::error::{Error, Kind};

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
        let wait = loop {
            let decide =
                |cell: &Cell<Ticket>, renewable| (cell.enter(renewable, now()), cell.current().clone());
            match self.decide(decide) {
                (Entry::Go, seen) => return at_once(seen),
                (Entry::GoAndRenew, seen) => {
                    // Failing to start is no reason to keep a good token from being used.
                    let _ = self.start(seen.stamp, false);
                    return at_once(seen);
                }
                (Entry::Nobody | Entry::Expired, _) if demand == Demand::Optional => return Ok(None),
                (Entry::Nobody, _) => return Err(no_session()),
                (Entry::Expired, _) => return Err(cell::expired()),
                (Entry::Fail(error), _) => return Err(error),
                (Entry::Join(ticket), seen) => {
                    self.refuse_reentry()?;
                    break Wait { ticket, stamp: seen.stamp };
                }
                // If the session has changed since it was looked at, it is looked at again.
                (Entry::Start, seen) => {
                    if let Some(wait) = self.start(seen.stamp, true)? {
                        break wait;
                    }
                }
            }
        };
        let pass = self.wait(wait).await?;
        Ok(Some(Entered { pass, waited: true }))
    }

    /// After a call was refused.
    pub(crate) fn settle(&self, pass: &Arc<Snapshot>, finding: Finding, route: &str) -> Next {
        let renewable = self.is_renewable(pass);
        let (settled, departure) =
            self.update(|cell| match cell.settle(pass.stamp, finding, route, renewable, now()) {
                Settled::Start => {
                    let (ticket, departure) = board(cell, finding == Finding::Expired);
                    (Settled::Join(ticket), departure)
                }
                other => (other, None),
            });
        self.launch(departure);
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

    /// Waits for the flight; what the session is afterwards, if it got newer.
    pub(crate) async fn wait(&self, wait: Wait) -> Result<Arc<Snapshot>, Error> {
        let Wait { ticket, stamp } = wait;
        let failure = ticket.landed().await;
        let (ended, current) = self.update(|cell| (cell.ended(stamp), cell.current().clone()));
        if current.stamp.epoch == stamp.epoch
            && current.stamp.generation > stamp.generation
            && ended.is_none()
        {
            return Ok(current);
        }
        // The flight's own error says more than "expired".
        let failure = failure.filter(|_| current.stamp.epoch == stamp.epoch);
        Err(failure.or(ended).unwrap_or_else(|| Error::new(Kind::Refresh, "the refresh brought nothing new")))
    }

    /// Starts a flight for `stamp`, or joins the one that somebody started meanwhile. `None`: that is not
    /// what the session is any more.
    pub(super) fn start(&self, stamp: Stamp, urgent: bool) -> Result<Option<Wait>, Error> {
        self.refuse_reentry()?;
        let boarded = self.update(|cell| (cell.current().stamp == stamp).then(|| board(cell, urgent)));
        let Some((ticket, departure)) = boarded else { return Ok(None) };
        self.launch(departure);
        Ok(Some(Wait { ticket, stamp }))
    }

    fn launch(&self, departure: Option<Departure>) {
        let Some(departure) = departure else { return };
        match Handle::try_current() {
            Ok(runtime) => departure.launch(self.clone(), &runtime),
            Err(_) => departure.cancel(self.clone()),
        }
    }

    fn refuse_reentry(&self) -> Result<(), Error> {
        if flight::is_flight_of(self) {
            return Err(Error::new(
                Kind::Reentrant,
                "the refresh waits for itself: it called a method that needs it",
            ));
        }
        Ok(())
    }

    pub(crate) fn replay_was_refused(&self, stamp: Stamp, finding: Finding, route: &str) {
        self.update(|cell| cell.replay_was_refused(stamp, finding, route, now()));
    }

    pub(crate) fn renewed_without_replay(&self, stamp: Stamp, route: &str) {
        self.update(|cell| cell.renewed_without_replay(stamp, route));
    }

    pub(crate) fn was_accepted(&self, stamp: Stamp, route: &str) {
        self.update(|cell| cell.was_accepted(stamp, route));
    }

    /// One atomic load.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.current.load_full()
    }

    pub(super) fn is_renewable(&self, snapshot: &Snapshot) -> bool {
        self.refresher().is_some_and(|refresher| refresher.can_refresh(snapshot))
    }

    pub(super) fn refresher(&self) -> Option<&Refresher> {
        self.0.refresher.get()
    }

    pub(crate) fn keeps_cookies(&self) -> bool {
        self.refresher().is_some_and(Refresher::keeps_cookies)
    }

    /// The first refresher stays: clients that join a session do not change how it is renewed.
    pub(crate) fn set_refresher(&self, refresher: Refresher) {
        let _ = self.0.refresher.set(refresher);
        self.expect();
    }

    /// From now on calls without a session fail before the network.
    pub(crate) fn expect(&self) {
        self.0.expected.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_expected(&self) -> bool {
        self.0.expected.load(Ordering::Relaxed)
    }

    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Cell<Ticket>> {
        // The cell's steps do not panic; if one did, what it published last is still whole.
        self.0.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides with a `renewable` that belongs to what the cell holds at that moment: asking the refresher
    /// may run the user's code, so it is asked outside of the lock and the answer is used only if nothing
    /// has changed.
    fn decide<T>(&self, decide: impl Fn(&Cell<Ticket>, bool) -> T) -> T {
        loop {
            let seen = self.snapshot();
            let renewable = self.is_renewable(&seen);
            let cell = self.lock();
            if cell.current().stamp == seen.stamp {
                return decide(&cell, renewable);
            }
        }
    }

    /// One step of the cell, and its publication.
    pub(super) fn update<T>(&self, step: impl FnOnce(&mut Cell<Ticket>) -> T) -> T {
        let mut cell = self.lock();
        let before = cell.current().clone();
        let done = step(&mut cell);
        if !Arc::ptr_eq(&before, cell.current()) {
            self.0.current.store(cell.current().clone());
        }
        done
    }
}

/// A ticket for the flight under way, or for a new one that is then to be launched.
fn board(cell: &mut Cell<Ticket>, urgent: bool) -> (Ticket, Option<Departure>) {
    if let Some(ticket) = cell.ticket() {
        return (ticket, None);
    }
    let (departure, ticket) = Departure::new(cell.current().clone());
    cell.take_off(ticket.clone(), urgent);
    (ticket, Some(departure))
}

pub(super) fn now() -> Instant {
    Instant::now()
}

pub(super) fn no_session() -> Error {
    Error::new(Kind::NoSession, "nobody is logged in")
}
