//! One refresh from start to landing: a task of its own, so that no caller's end is its end.
//!
//! Callers hold a [`Ticket`] and nothing else. Whatever happens to the task, its guard lands it: a panic,
//! an abort or a runtime that shuts down is told to the waiters as a failure. A task that is simply not run
//! any more, because its runtime is not, is landed by whoever has waited too long for it.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::attempt::{attempt, landing_of, too_long};
use super::decision::{Cause, Landed, Landing};
use super::errors::aborted;
use super::session::Session;
use super::snapshot::Snapshot;
use super::store_sync::after_commit::Aftermath;
use super::store_sync::locked_refresh;
use super::ticket::{Outcome, Ticket};
use crate::error::{Error, Kind};
use crate::platform::deadline::within;
use crate::platform::task;
use crate::trace;

/// Longest time that a waiter waits for it: it should have landed by itself before.
const PATIENCE: Duration = Duration::from_secs(11);

tokio::task_local! {
    /// The session whose flight this task is.
    static FLYING: usize;
}

/// A flight that has its slot in the cell and is not yet under way.
pub(super) struct Departure {
    ticket: Ticket,
    basis: Arc<Snapshot>,
    cause: Cause,
}

impl Departure {
    pub(super) fn new(basis: Arc<Snapshot>, cause: Cause) -> Self {
        Self { ticket: Ticket::default(), basis, cause }
    }

    pub(super) fn ticket(&self) -> Ticket {
        self.ticket.clone()
    }

    /// Hands the flight to a task of its own, on the runtime that this is called on.
    pub(super) fn launch(self, session: Session) {
        // The guard exists before the task does: a runtime that is shutting down drops the task unpolled.
        let mut flight = Flight { session, ticket: self.ticket, basis: self.basis, landed: false };
        let Ok(runtime) = Handle::try_current() else {
            let error = Error::new(Kind::Refresh, "there is no tokio runtime to refresh on");
            return flight.land((Landing::Aborted, Some(error)), Aftermath::default());
        };
        let flying = FLYING.scope(flight.session.id(), flight.fly());
        task::spawn(&runtime, trace::refresh(self.cause.name(), flying));
    }
}

/// Waits until the flight of `ticket` has landed; its failure, if it failed.
pub(super) async fn landed(ticket: &Ticket, session: &Session) -> Outcome {
    let mut announced = pin!(ticket.announced());
    // First in the list, then a look: who is told in between is told.
    announced.as_mut().enable();
    if ticket.outcome().is_none() {
        let patience = if session.archive().is_some() { locked_refresh::PATIENCE } else { PATIENCE };
        if within(patience, announced).await.is_none() {
            session.land(ticket, Landing::Aborted, &Aftermath::default());
            return ticket.announce(Some(aborted()));
        }
    }
    ticket.outcome().cloned().flatten()
}

/// Whether this task is the flight of `session`: waiting for it here would be waiting for oneself.
pub(super) fn is_flight_of(session: &Session) -> bool {
    FLYING.try_with(|flying| *flying == session.id()).unwrap_or(false)
}

struct Flight {
    session: Session,
    ticket: Ticket,
    basis: Arc<Snapshot>,
    landed: bool,
}

impl Flight {
    async fn fly(mut self) {
        let session = self.session.clone();
        let Some(archive) = session.archive() else {
            let answer = attempt(&session, &self.basis).await.unwrap_or_else(too_long);
            return self.land(landing_of(&self.basis, answer), Aftermath::default());
        };
        // Boxed, so that flights without a store do not carry it along.
        let (landing, outcome, aftermath) =
            Box::pin(locked_refresh::rotate(&session, archive, &mut self.basis)).await;
        self.land((landing, outcome), aftermath);
    }

    /// Lands in the cell first and wakes the waiters afterwards, outside of its lock.
    fn land(&mut self, (landing, mut outcome): (Landing, Outcome), aftermath: Aftermath<'_>) {
        self.landed = true;
        let brought = match &landing {
            Landing::Renewed { credential, .. } => Some(credential.clone()),
            _ => None,
        };
        let (landed, memo) = self.session.land(&self.ticket, landing, &aftermath);
        aftermath.settle(&self.session, landed != Landed::Discarded);
        if landed == Landed::Failed && outcome.is_none() {
            outcome = memo;
        }
        let outcome = self.ticket.announce(outcome);
        let failure = outcome.as_ref().filter(|_| matches!(landed, Landed::Failed | Landed::Expired));
        trace::refresh_ended(landed.name(), failure);
        if landed == Landed::Discarded {
            trace::refresh_discarded();
        }
        self.session.tell(landed, outcome);
        if let (Landed::Discarded, Some(credential)) = (landed, brought) {
            self.session.revoke_discarded(self.basis.stamp, credential.tokens().clone());
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.landed {
            let error = if std::thread::panicking() {
                Error::new(Kind::Refresh, "the refresh panicked")
            } else {
                aborted()
            };
            self.land((Landing::Aborted, Some(error)), Aftermath::default());
        }
    }
}
