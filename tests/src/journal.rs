//! What happened at a double, in order. A world's doubles write into one journal, so that their order is known too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::seen::{Fate, Seen};

/// One thing that happened to the request with this [number](Seen::number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It arrived.
    Arrived(usize),
    /// It was answered with this status.
    Answered(usize, u16),
    /// It was answered by a transport error.
    Failed(usize),
    /// Its caller went away before there was an answer.
    Abandoned(usize),
    /// The body of its answer was read to the end.
    BodyRead(usize),
    /// The body of its answer was dropped before its end.
    BodyDropped(usize),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Journal(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
struct Pages {
    requests: Vec<Seen>,
    moments: Vec<Moment>,
}

impl Journal {
    pub(crate) fn arrived(&self, request: http::Request<Bytes>) -> Seen {
        let mut pages = self.pages();
        let number = pages.requests.len();
        let seen = Seen::new(number, request);
        pages.requests.push(seen.clone());
        pages.moments.push(Moment::Arrived(number));
        seen
    }

    pub(crate) fn became(&self, seen: &Seen, fate: Fate) {
        let mut pages = self.pages();
        let number = seen.number();
        seen.set_fate(fate);
        pages.moments.push(match fate {
            Fate::Waiting => Moment::Arrived(number),
            Fate::Abandoned => Moment::Abandoned(number),
            Fate::Failed => Moment::Failed(number),
            Fate::Answered(status) => Moment::Answered(number, status),
            Fate::BodyRead(_) => Moment::BodyRead(number),
            Fate::BodyDropped(_) => Moment::BodyDropped(number),
        });
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.pages().requests.clone()
    }

    pub(crate) fn moments(&self) -> Vec<Moment> {
        self.pages().moments.clone()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
