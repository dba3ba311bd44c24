//! How calls cross the session: the cell under its lock, its decisions carried out outside of it. No lock
//! is held across an `.await`, and no code of the user's runs under it.

use std::future::Future;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

use super::cell::Cell;
use super::credential::Minted;
use super::decision::{Cause, Entry, Finding, Settled};
use super::errors::{self, no_session, reentrant};
use super::events::SessionEvent;
use super::flight::{self, Departure};
use super::session::Session;
use super::snapshot::{Snapshot, Standing};
use super::ticket::Ticket;
use crate::error::{Error, Kind, Reason, RefreshedBy, Stamp};
use crate::platform::clock::Now;
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
    /// The refresh that it waited for first.
    pub(crate) waited: Option<Waited>,
}

/// How a call waited for a refresh.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    pub(crate) by: RefreshedBy,
    pub(crate) time: Duration,
}

/// What a refused call does next.
#[derive(Debug)]
pub(crate) enum Next {
    /// The refusal is the call's answer.
    Return(Reason),
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
    /// Whether the flight was started for this one.
    started: bool,
}

impl Wait {
    /// Whose flight it is.
    pub(crate) fn by(&self) -> RefreshedBy {
        if self.started { RefreshedBy::ThisCall } else { RefreshedBy::AnotherCall }
    }
}

impl Session {
    /// Before a call is sent, without a lock: whether it takes along what was `seen`. Pending if
    /// [`enter`](Self::enter) is to know.
    pub(crate) fn enter_at_once(&self, seen: &Snapshot, demand: Demand, once: bool) -> Poll<bool> {
        if seen.is_ready(Now::read, once) {
            self.wake_writer();
            return Poll::Ready(true);
        }
        let nobody = matches!(seen.standing, Standing::Nobody);
        let for_good = self.provider().is_none() && self.archive().is_none();
        if nobody && for_good && demand == Demand::Optional { Poll::Ready(false) } else { Poll::Pending }
    }

    /// What a call was sent under that kept nothing of it but its stamp: mostly what the session still is. What has
    /// been replaced since is not there any more, and whoever comes with its stamp is told so.
    pub(crate) fn recall(&self, stamp: Stamp) -> Arc<Snapshot> {
        let current = self.snapshot();
        if current.stamp == stamp { current } else { Arc::new(Snapshot { stamp, ..Snapshot::empty() }) }
    }

    /// Before a call is sent: what it takes along. `None`: nothing. `once`: its body can be sent only once.
    ///
    /// Cancel safe: a refresh that it waits for goes on without it.
    pub(crate) async fn enter(&self, demand: Demand, once: bool) -> Result<Option<Entered>, Error> {
        let at_once = |pass| Ok(Some(Entered { pass, waited: None }));
        self.consult().await?;
        let (entry, seen, started) = self.decide(once);
        let (ticket, spare) = match entry {
            Entry::Go | Entry::GoAndRenew => return at_once(seen),
            Entry::Nobody | Entry::Expired if demand == Demand::Optional => return Ok(None),
            Entry::Nobody | Entry::Start | Entry::TryStart => return Err(no_session()),
            Entry::Expired => return Err(expired(&seen)),
            Entry::Fail(error) => return Err(error),
            Entry::Join(ticket) => (ticket, false),
            Entry::TryJoin(_) if flight::is_flight_of(self) => return at_once(seen),
            Entry::TryJoin(ticket) => (ticket, true),
        };
        self.refuse_reentry()?;
        let wait = Wait { ticket, stamp: seen.stamp, started };
        let (by, begun) = (wait.by(), Instant::now());
        match self.wait(wait).await {
            Ok(pass) => Ok(Some(Entered { pass, waited: Some(Waited { by, time: begun.elapsed() }) })),
            Err(error) => {
                let spare = Some(self.snapshot()).filter(|now| spare && now.is_as_usable_as(&seen));
                spare.map_or(Err(error), at_once)
            }
        }
    }

    /// Starts the refresh ahead of time if it is due, and waits for nothing. When to ask again, if ever.
    /// What a refresh has just brought is left alone for `rest`, however short it lives.
    pub(super) fn renew_if_due(&self, rest: Duration) -> Option<Instant> {
        let seen = self.snapshot();
        let refreshed = seen.credential().filter(|known| known.minted() == Minted::Refreshed);
        let rested = refreshed.and_then(|known| known.received().checked_add(rest));
        if rested.is_none_or(|rested| rested <= Instant::now()) && !seen.is_ready(Now::read, false) {
            self.decide(false);
        }
        let cell = self.lock();
        cell.next_renewal().max(rested.filter(|_| cell.next_renewal().is_some()))
    }

    /// Decides and, if a flight is to start, gives it its slot, in one step; then launches it. Asking whether
    /// there is something to refresh with may run the user's code, so it is asked outside of the lock, and the
    /// answer counts only if nothing has changed. With it, whether a flight was started.
    fn decide(&self, once: bool) -> (Entry<Ticket>, Arc<Snapshot>, bool) {
        loop {
            let seen = self.snapshot();
            let renewable = self.is_renewable(&seen);
            let decided = self.update(|cell| {
                if cell.current().stamp != seen.stamp {
                    return None;
                }
                let now = Now::read();
                let lapsed = cell.lapse(now.ticks);
                let entry = cell.enter(renewable, once, now);
                let current = cell.current().clone();
                let (entry, departure) = match entry {
                    Entry::Start => {
                        let (ticket, departure) = board(cell, Cause::Clock);
                        (Entry::Join(ticket), departure)
                    }
                    Entry::TryStart => {
                        let (ticket, departure) = board(cell, Cause::Margin);
                        (Entry::TryJoin(ticket), departure)
                    }
                    Entry::GoAndRenew => (Entry::Go, board(cell, Cause::Margin).1),
                    other => (other, None),
                };
                Some((entry, current, departure, lapsed))
            });
            let Some((entry, seen, departure, lapsed)) = decided else { continue };
            if lapsed {
                self.keep();
                self.0.bell.ring(SessionEvent::Expired);
            }
            let started = departure.is_some();
            if let Some(departure) = departure {
                departure.launch(self.clone());
            }
            return (entry, seen, started);
        }
    }

    /// After a call was refused.
    pub(crate) fn settle(&self, pass: &Arc<Snapshot>, finding: Finding, route: &str) -> Next {
        let renewable = self.is_renewable(pass);
        let (settled, departure) =
            self.update(|cell| match cell.settle(pass.stamp, finding, route, renewable, Instant::now()) {
                Settled::Start => {
                    let (ticket, departure) = board(cell, Cause::Refused(finding));
                    (Settled::Join(ticket), departure)
                }
                other => (other, None),
            });
        let started = departure.is_some();
        if let Some(departure) = departure {
            departure.launch(self.clone());
        }
        match settled {
            Settled::Return(reason) => Next::Return(reason),
            // Boarded above.
            Settled::Start => Next::Return(Reason::NothingToRefreshWith),
            Settled::Ended(error) | Settled::Fail(error) => Next::Fail(error),
            Settled::Lapsed(error) => {
                self.keep();
                self.0.bell.ring(SessionEvent::Expired);
                Next::Fail(error)
            }
            Settled::Replay(current) => Next::Replay(current),
            Settled::Join(ticket) => match self.refuse_reentry() {
                Ok(()) => Next::Wait(Wait { ticket, stamp: pass.stamp, started }),
                Err(error) => Next::Fail(error),
            },
        }
    }

    /// By hand: starts a flight, or joins the one under way. `None`: the session has just been renewed.
    pub(super) fn ask(&self) -> Result<Option<Wait>, Error> {
        self.refuse_reentry()?;
        let seen = self.snapshot();
        if matches!(seen.standing, Standing::Expired { .. }) {
            return Err(expired(&seen));
        }
        if !self.is_renewable(&seen) {
            return Err(no_session());
        }
        let asked = self.update(|cell| {
            if cell.current().stamp != seen.stamp || cell.ended(seen.stamp).is_some() {
                return Ok(None);
            }
            cell.ask(Instant::now())
                .map(|flying| Some(flying.map_or_else(|| board(cell, Cause::Hand), |ticket| (ticket, None))))
        });
        let Some((ticket, departure)) = asked? else { return Ok(None) };
        let started = departure.is_some();
        if let Some(departure) = departure {
            departure.launch(self.clone());
        }
        Ok(Some(Wait { ticket, stamp: seen.stamp, started }))
    }

    /// Waits for the flight; what the session is afterwards, if it got newer.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn has its arguments in memory twice, for each who waits"
    )]
    pub(crate) fn wait(&self, wait: Wait) -> impl Future<Output = Result<Arc<Snapshot>, Error>> + Send + '_ {
        async move {
            trace::waits();
            let failure = flight::landed(&wait.ticket, self).await;
            self.awaited(wait.stamp, failure)
        }
    }

    fn awaited(&self, stamp: Stamp, failure: Option<Error>) -> Result<Arc<Snapshot>, Error> {
        let (ended, current) = self.update(|cell| (cell.ended(stamp), cell.current().clone()));
        let same_epoch = current.stamp.epoch == stamp.epoch;
        if same_epoch && current.stamp.generation > stamp.generation && ended.is_none() {
            return Ok(current);
        }
        // The flight's own error says more than "expired".
        let failure = failure.filter(|_| same_epoch);
        Err(failure.or(ended).unwrap_or_else(|| Error::new(Kind::Refresh, "the refresh brought nothing new")))
    }

    /// What a call that was to go with `pass` takes along now: the same epoch's current credential.
    pub(crate) fn still(&self, pass: &Arc<Snapshot>) -> Result<Arc<Snapshot>, Error> {
        let (ended, current) = self.update(|cell| (cell.ended(pass.stamp), cell.current().clone()));
        match ended {
            Some(error) => Err(error),
            None if current.stamp.epoch == pass.stamp.epoch => Ok(current),
            None => Err(no_session()),
        }
    }

    pub(crate) fn replay_was_refused(&self, stamp: Stamp, finding: Finding, route: &str) {
        self.update(|cell| cell.replay_was_refused(stamp, finding, route, Instant::now()));
    }

    pub(crate) fn renewed_without_replay(&self, stamp: Stamp, route: &str) {
        self.update(|cell| cell.renewed_without_replay(stamp, route));
    }

    pub(crate) fn was_accepted(&self, stamp: Stamp, route: &str) {
        self.update(|cell| cell.was_accepted(stamp, route, Instant::now()));
    }

    fn refuse_reentry(&self) -> Result<(), Error> {
        if flight::is_flight_of(self) {
            return Err(reentrant());
        }
        Ok(())
    }
}

/// A ticket for a new flight, which is then to be launched. The cell has said that there is none under way.
fn board(cell: &mut Cell<Ticket>, cause: Cause) -> (Ticket, Option<Departure>) {
    let departure = Departure::new(cell.current().clone(), cause);
    let ticket = departure.ticket();
    cell.take_off(ticket.clone(), cause);
    (ticket, Some(departure))
}

/// The refresh was refused for good before.
fn expired(seen: &Snapshot) -> Error {
    errors::expired(matches!(seen.standing, Standing::Expired { lost: true }))
}
