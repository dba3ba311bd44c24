//! One refresh from start to landing: a task of its own, so that no caller's end is its end.
//!
//! Callers hold a [`Ticket`] and nothing else. Whatever happens to the task, its guard lands it: a panic,
//! an abort or a runtime that shuts down is told to the waiters as a failure. A task that is simply not run
//! any more, because its runtime is not, is landed by whoever has waited too long for it.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::Session;
use super::archive::{self, Aftermath};
use super::credential::Credential;
use super::decision::{Cause, Landed, Landing};
use super::snapshot::Snapshot;
use crate::error::{Error, Kind};
use crate::platform::clock::Now;
use crate::platform::deadline::within;
use crate::platform::task;
use crate::refresh::renewal::Attempt;
use crate::trace;

/// Longest time that a flight takes.
const DEADLINE: Duration = Duration::from_secs(10);
/// Longest time that a waiter waits for it: it should have landed by itself before.
const PATIENCE: Duration = Duration::from_secs(11);

tokio::task_local! {
    /// The session whose flight this task is.
    static FLYING: usize;
}

/// How a caller waits for a flight. Dropping it changes nothing for anybody else.
#[derive(Clone)]
pub(super) struct Ticket(Arc<Arrivals>);

/// What the waiters of one flight are told. Ten thousand may wait, so this is as little as it takes.
#[derive(Default)]
struct Arrivals {
    outcome: OnceLock<Outcome>,
    told: Notify,
}

/// `None`: landed well or detached, the session says the rest.
pub(super) type Outcome = Option<Error>;

impl Ticket {
    /// Waits until the flight has landed; its failure, if it failed.
    pub(super) async fn landed(&self, session: &Session) -> Outcome {
        let mut told = pin!(self.0.told.notified());
        // First in the list, then a look: who is told in between is told.
        told.as_mut().enable();
        if self.0.outcome.get().is_none() {
            let patience = if session.archive().is_some() { archive::PATIENCE } else { PATIENCE };
            if within(patience, told).await.is_none() {
                session.land(self, Landing::Aborted, &Aftermath::default());
                return self.announce(Some(aborted()));
            }
        }
        self.0.outcome.get().cloned().flatten()
    }

    /// Wakes the waiters, unless they have been told already; what they are told.
    pub(super) fn announce(&self, outcome: Outcome) -> Outcome {
        if self.0.outcome.set(outcome).is_ok() {
            self.0.told.notify_waiters();
        }
        self.0.outcome.get().cloned().flatten()
    }
}

impl PartialEq for Ticket {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").finish_non_exhaustive()
    }
}

/// A flight that has its slot in the cell and is not yet under way.
pub(super) struct Departure {
    ticket: Ticket,
    basis: Arc<Snapshot>,
    cause: Cause,
}

impl Departure {
    pub(super) fn new(basis: Arc<Snapshot>, cause: Cause) -> Self {
        Self { ticket: Ticket(Arc::default()), basis, cause }
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
        task::spawn(&runtime, trace::flight(self.cause, flying));
    }
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
            Box::pin(archive::rotate(&session, archive, &mut self.basis)).await;
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
        trace::landed(landed, outcome.as_ref());
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

/// Asks for a new credential, and waits no longer than a flight may take: then there is no answer.
pub(super) async fn attempt(session: &Session, basis: &Snapshot) -> Option<Attempt> {
    let Some(renewal) = session.renewal() else {
        let error = Error::new(Kind::Refresh, "nothing is set up to refresh with");
        return Some(Attempt::Failed { error, retry_after: None });
    };
    within(DEADLINE, pin!(renewal.refresh(session, basis))).await
}

pub(super) fn too_long() -> Attempt {
    Attempt::Failed { error: Error::new(Kind::Refresh, "the refresh took too long"), retry_after: None }
}

/// What the answer to an attempt comes to, with the failure that the waiters are told.
pub(super) fn landing_of(basis: &Snapshot, attempt: Attempt) -> (Landing, Outcome) {
    match attempt {
        Attempt::Rejected(error) if error.is_rotation_lost() => {
            (Landing::Rejected { lost: true }, Some(error))
        }
        Attempt::Rejected(error) => (Landing::Rejected { lost: false }, Some(Error::session_expired(error))),
        Attempt::Failed { error, retry_after } => {
            (Landing::Failed { error: error.clone(), retry_after }, Some(error))
        }
        Attempt::Renewed { tokens, cookies } => {
            let previous = basis.credential().map(|credential| credential.tokens());
            match Credential::renewed(tokens, previous, Now::read(), fastrand::f64()) {
                Ok(credential) => (Landing::Renewed { credential: Arc::new(credential), cookies }, None),
                Err(error) => failed(Error::refresh(error)),
            }
        }
    }
}

pub(super) fn failed(error: Error) -> (Landing, Outcome) {
    (Landing::Failed { error: error.clone(), retry_after: None }, Some(error))
}

fn aborted() -> Error {
    Error::new(Kind::Refresh, "the refresh was broken off")
}
