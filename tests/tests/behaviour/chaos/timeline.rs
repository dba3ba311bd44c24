//! Records the events of a session and the time at which each event was received.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afresh::{Session, SessionEvent};
use tokio::task::JoinHandle;
use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginState {
    LoggedOut,
    LoggedIn,
    Expired,
}

/// Clones share one list.
#[derive(Clone, Default)]
pub struct Timeline(Arc<Mutex<Vec<(Instant, SessionEvent)>>>);

impl Timeline {
    /// Records the session's events until the returned task is aborted.
    pub fn listen(&self, session: &Session) -> JoinHandle<()> {
        let (timeline, mut events) = (self.clone(), session.events());
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                timeline.lock().push((Instant::now(), event));
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Instant, SessionEvent)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn texts(&self) -> Vec<String> {
        self.lock().iter().map(|(_, event)| format!("{event:?}")).collect()
    }

    pub fn count(&self, of: impl Fn(&SessionEvent) -> bool) -> usize {
        self.lock().iter().filter(|(_, event)| of(event)).count()
    }

    /// Returns whether an event for which `of` returns `true` was received between `from` and `to`, inclusive.
    pub fn happened(&self, from: Option<Instant>, to: Instant, of: impl Fn(&SessionEvent) -> bool) -> bool {
        self.lock().iter().any(|(at, event)| from.is_none_or(|from| from <= *at) && *at <= to && of(event))
    }

    /// Returns whether the session was in the given state at any time between `from` and `to`, inclusive.
    pub fn was(&self, state: LoginState, from: Instant, to: Instant) -> bool {
        let mut now = LoginState::LoggedOut;
        let mut was = false;
        for (at, event) in self.lock().iter().filter(|(at, _)| *at <= to) {
            was |= *at >= from && now == state;
            now = match event {
                SessionEvent::LoggedIn => LoginState::LoggedIn,
                SessionEvent::LoggedOut => LoginState::LoggedOut,
                SessionEvent::Expired => LoginState::Expired,
                _ => now,
            };
            was |= *at >= from && now == state;
        }
        was || now == state
    }
}
