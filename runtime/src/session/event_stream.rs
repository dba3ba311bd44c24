//! Defines [`SessionEvents`], the stream of a session's events. The stream itself also watches the time, so the event
//! before the end of a login is emitted only if there is a stream.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::platform::runtime::Handle;
use crate::platform::time::{Instant, timeout_at};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::events::SessionEvent;
use super::login_end::Due;
use super::session::{Inner, Session};

/// The interval at which the stream rereads the end of the login. The end may change without an event, and a timer
/// fires late if the machine was asleep.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// The events of a session that happen after the call to [`Session::events`](crate::Session::events).
pub struct SessionEvents {
    events: broadcast::Receiver<SessionEvent>,
    /// The session. The reference is weak, so an event stream does not keep the session alive.
    session: Weak<Inner>,
}

impl Session {
    /// Returns a stream of all events from now on. A slow receiver does not delay calls.
    #[must_use]
    pub fn events(&self) -> SessionEvents {
        SessionEvents { session: Arc::downgrade(&self.0), ..self.events_as_sent() }
    }

    /// Returns the events for one of the session's own tasks. This stream does not watch the time, because such a task
    /// cannot log in again.
    pub(super) fn events_as_sent(&self) -> SessionEvents {
        SessionEvents { events: self.0.events.subscribe(), session: Weak::new() }
    }
}

impl SessionEvents {
    /// Waits for the next event. Returns `None` when the session is dropped. If the receiver is too slow, the stream
    /// skips the oldest events.
    ///
    /// This function is cancel safe: no event is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        loop {
            let received = match self.next_check() {
                Some(check) => match timeout_at(check, self.events.recv()).await {
                    Ok(received) => received,
                    Err(_) => continue,
                },
                None => self.events.recv().await,
            };
            match received {
                Ok(event) => return Some(event),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Returns the next event if one has already happened.
    pub fn try_next(&mut self) -> Option<SessionEvent> {
        self.announce_end();
        loop {
            match self.events.try_recv() {
                Ok(event) => return Some(event),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }

    /// If the event before the end of the login is due, emits it. Returns when to check again. Returns `None` if the
    /// end is unknown, or if the caller is outside a Tokio runtime and therefore has no timers.
    fn next_check(&self) -> Option<Instant> {
        let due = self.announce_end()?;
        Handle::try_current().ok()?;
        let check = Instant::now().checked_add(CHECK_INTERVAL);
        Some(check.map_or(due.ticks, |check| check.min(due.ticks)))
    }

    fn announce_end(&self) -> Option<Due> {
        let session = Session(self.session.upgrade()?);
        let due = session.next_ending()?;
        if !due.is_past() {
            return Some(due);
        }
        if session.takes_ending() {
            session.emit(SessionEvent::Ending);
        }
        None
    }
}

impl fmt::Debug for SessionEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEvents").finish_non_exhaustive()
    }
}
