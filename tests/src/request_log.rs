//! A log of all requests to a test double, with the events of each request. The test doubles of a
//! [`World`](crate::World) share one log, so the order of all their requests is known.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::seen::{RequestState, Seen};

/// An event of one request. The first field of each variant is the request's [number](Seen::number).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEntry {
    /// The request arrived.
    Arrived(usize),
    /// The request was answered with the status in the second field.
    Answered(usize, u16),
    /// The request failed with a transport error.
    Failed(usize),
    /// The caller abandoned the request before it was answered.
    Abandoned(usize),
    /// The response body was read to the end.
    BodyRead(usize),
    /// The response body was dropped before it was read to the end.
    BodyDropped(usize),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    requests: Vec<Seen>,
    entries: Vec<LogEntry>,
}

impl RequestLog {
    pub(crate) fn arrived(&self, request: http::Request<Bytes>) -> Seen {
        let mut locked = self.locked();
        let number = locked.requests.len();
        let seen = Seen::new(number, request);
        locked.requests.push(seen.clone());
        locked.entries.push(LogEntry::Arrived(number));
        seen
    }

    pub(crate) fn set_state(&self, seen: &Seen, state: RequestState) {
        let mut locked = self.locked();
        let number = seen.number();
        seen.set_state(state);
        locked.entries.push(match state {
            RequestState::Waiting => LogEntry::Arrived(number),
            RequestState::Abandoned => LogEntry::Abandoned(number),
            RequestState::Failed => LogEntry::Failed(number),
            RequestState::Answered(status) => LogEntry::Answered(number, status),
            RequestState::BodyRead(_) => LogEntry::BodyRead(number),
            RequestState::BodyDropped(_) => LogEntry::BodyDropped(number),
        });
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.locked().requests.clone()
    }

    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.locked().entries.clone()
    }

    fn locked(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
