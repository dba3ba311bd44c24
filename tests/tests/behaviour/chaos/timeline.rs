//! When what happened to a session: its own news, with the virtual moment at which each was told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use afresh::{Session, SessionEvent};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How a session stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Out,
    In,
    Expired,
}

/// The news of one session. Clones are the same.
#[derive(Clone, Default)]
pub struct Timeline(Arc<Mutex<Vec<(Instant, SessionEvent)>>>);

impl Timeline {
    /// Writes down what is told, until the task is aborted.
    pub fn listen(&self, session: &Session) -> JoinHandle<()> {
        let (news, mut events) = (self.clone(), session.events());
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                news.lock().push((Instant::now(), event));
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

    /// Whether this was told between two moments, both included.
    pub fn told(&self, from: Option<Instant>, to: Instant, of: impl Fn(&SessionEvent) -> bool) -> bool {
        self.lock().iter().any(|(at, event)| from.is_none_or(|from| from <= *at) && *at <= to && of(event))
    }

    /// Whether the session stood so at any time between two moments, both included.
    pub fn stood(&self, standing: Standing, from: Instant, to: Instant) -> bool {
        let mut now = Standing::Out;
        let mut stood = false;
        for (at, event) in self.lock().iter().filter(|(at, _)| *at <= to) {
            stood |= *at >= from && now == standing;
            now = match event {
                SessionEvent::LoggedIn => Standing::In,
                SessionEvent::LoggedOut => Standing::Out,
                SessionEvent::Expired => Standing::Expired,
                _ => now,
            };
            stood |= *at >= from && now == standing;
        }
        stood || now == standing
    }
}
