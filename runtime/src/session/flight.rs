//! One refresh from start to landing: a task of its own, so that no caller's end is its end.
//!
//! Callers hold a [`Ticket`] and nothing else. Whatever happens to the task, its guard lands it: a panic,
//! an abort or a runtime that shuts down is told to the waiters as a failure.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;

use super::cell::{Landed, Landing};
use super::credential::{Credential, Minted};
use super::refresher::Attempt;
use super::snapshot::Snapshot;
use super::Session;
use crate::error::{Error, Kind};

/// Longest time that a waiter waits for a flight.
const DEADLINE: Duration = Duration::from_secs(10);

tokio::task_local! {
    /// The session whose flight this task is.
    static FLYING: usize;
}

/// How a caller waits for a flight. Dropping it changes nothing for anybody else.
#[derive(Clone, Debug)]
pub(super) struct Ticket(watch::Receiver<Option<Outcome>>);

/// `None`: landed well, the session says the rest.
type Outcome = Option<Error>;

impl Ticket {
    /// Waits until the flight has landed; its failure, if it failed.
    pub(super) async fn landed(mut self) -> Outcome {
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().flatten(),
            Err(_) => Some(aborted()),
        }
    }
}

/// A flight that has its slot in the cell and is not yet under way.
pub(super) struct Departure {
    outcome: watch::Sender<Option<Outcome>>,
    basis: Arc<Snapshot>,
}

impl Departure {
    pub(super) fn new(basis: Arc<Snapshot>) -> (Self, Ticket) {
        let (outcome, ticket) = watch::channel(None);
        (Self { outcome, basis }, Ticket(ticket))
    }

    /// Hands the flight to its own task on `runtime`.
    pub(super) fn launch(self, session: Session, runtime: &Handle) {
        // The guard exists before the task does: a runtime that is shutting down drops the task unpolled.
        let flight = Flight { session, departure: self, landed: false };
        runtime.spawn(FLYING.scope(flight.session.id(), flight.fly()));
    }

    /// There is no runtime to fly on.
    pub(super) fn cancel(self, session: Session) {
        let error = Error::new(Kind::Refresh, "there is no tokio runtime to refresh on");
        Flight { session, departure: self, landed: false }.land((Landing::Aborted, Some(error)));
    }
}

/// Whether this task is the flight of `session`: waiting for it here would be waiting for oneself.
pub(super) fn is_flight_of(session: &Session) -> bool {
    FLYING.try_with(|flying| *flying == session.id()).unwrap_or(false)
}

struct Flight {
    session: Session,
    departure: Departure,
    landed: bool,
}

impl Flight {
    async fn fly(mut self) {
        let landing = match self.session.refresher() {
            None => failed(Error::new(Kind::Refresh, "nothing is set up to refresh with")),
            Some(refresher) => {
                let attempt = refresher.refresh(&self.session, &self.departure.basis);
                match tokio::time::timeout(DEADLINE, attempt).await {
                    Ok(attempt) => self.landing_of(attempt),
                    Err(_) => failed(Error::new(Kind::Refresh, "the refresh took too long")),
                }
            }
        };
        self.land(landing);
    }

    fn landing_of(&self, attempt: Attempt) -> (Landing, Outcome) {
        match attempt {
            Attempt::Rejected(error) => (Landing::Rejected, Some(Error::session_expired(error))),
            Attempt::Failed { error, retry_after } => {
                (Landing::Failed { error: error.clone(), retry_after }, Some(error))
            }
            Attempt::Renewed { tokens, cookies } => {
                let tokens = match self.departure.basis.credential() {
                    Some(previous) => tokens.completed_by(previous.tokens()),
                    None => tokens,
                };
                match Credential::new(tokens, Minted::Refreshed, Instant::now(), fastrand::f64()) {
                    Ok(credential) => (Landing::Renewed { credential: Arc::new(credential), cookies }, None),
                    Err(error) => failed(Error::refresh(error)),
                }
            }
        }
    }

    /// Lands in the cell first and wakes the waiters afterwards, outside of its lock.
    fn land(&mut self, (landing, mut outcome): (Landing, Outcome)) {
        self.landed = true;
        let (landed, memo) = self.session.land(self.departure.basis.stamp, landing);
        if landed == Landed::Failed && outcome.is_none() {
            outcome = memo;
        }
        self.departure.outcome.send_replace(Some(outcome.clone()));
        self.session.tell(landed, outcome);
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
            self.land((Landing::Aborted, Some(error)));
        }
    }
}

fn failed(error: Error) -> (Landing, Outcome) {
    (Landing::Failed { error: error.clone(), retry_after: None }, Some(error))
}

fn aborted() -> Error {
    Error::new(Kind::Refresh, "the refresh was broken off")
}
