//! Defines [`SessionEvents`], the stream of a session's events. A `SessionEvents` stream also tracks when the login
//! ends. Without a `SessionEvents` stream, the `Ending` event is not emitted.

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

/// The interval at which the stream checks when the login ends. The end of the login can change without an event, and
/// timers fire late after the machine has been suspended.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// A stream of the session events that occur after the call to [`Session::events`](crate::Session::events).
pub struct SessionEvents {
    events: broadcast::Receiver<SessionEvent>,
    /// The session. The stream's reference to the session is weak, so that an event stream does not keep the session
    /// alive.
    session: Weak<Inner>,
}

impl Session {
    /// Returns a stream of the session's future events. A slow receiver does not delay calls.
    #[must_use]
    pub fn events(&self) -> SessionEvents {
        SessionEvents { session: Arc::downgrade(&self.0), ..self.events_as_sent() }
    }

    /// Returns an event stream for one of the session's own tasks. The stream does not emit `Ending` events, because
    /// only the user's code can respond to such an event by logging in again.
    pub(super) fn events_as_sent(&self) -> SessionEvents {
        SessionEvents { events: self.0.events.subscribe(), session: Weak::new() }
    }
}

impl SessionEvents {
    /// Waits for the next event. Returns `None` after the session has been dropped. If the caller reads too slowly, the
    /// stream skips the oldest events.
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

    /// Returns the next event, or `None` if no event is available.
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

    /// Emits the `Ending` event if it is due, and returns the time of the next check. Returns `None` if the end of the
    /// login is unknown, or if the caller is outside a Tokio runtime, where timers do not work.
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
