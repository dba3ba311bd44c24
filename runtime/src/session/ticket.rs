//! How callers wait for a refresh: a [`Ticket`], which each of them holds and nothing else.

use std::fmt;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::error::Error;

/// How a caller waits for a flight. Dropping it changes nothing for anybody else.
#[derive(Clone, Default)]
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
    /// Resolves when the outcome is announced. It must be enabled before [`outcome`](Self::outcome) is read.
    pub(super) fn announced(&self) -> Notified<'_> {
        self.0.told.notified()
    }

    /// The outcome, once it is announced.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        self.0.outcome.get()
    }

    /// Wakes the waiters, unless they have been told already; what they are told.
    pub(super) fn announce(&self, outcome: Outcome) -> Outcome {
        if self.0.outcome.set(outcome).is_ok() {
            self.0.told.notify_waiters();
        }
        self.0.outcome.get().cloned().flatten()
    }
}

/// Who waits for a flight that does not matter any more need not wait for its end.
pub(super) fn release(detached: Option<Ticket>) {
    if let Some(ticket) = detached {
        ticket.announce(None);
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
