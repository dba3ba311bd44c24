//! What happens to a session, told to whoever listens: [`SessionEvent`], [`SessionEvents`].

use std::fmt;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::error::Error;
use crate::trace;

/// Events kept for a listener that is slow; older ones are dropped, nobody waits for it.
const BACKLOG: usize = 64;

/// What happened to a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A login, or tokens set by hand.
    LoggedIn,
    /// A refresh brought a new credential. Exactly once for each.
    Refreshed,
    /// A refresh failed, and the session is kept: the refresh will be tried again, or, if the error
    /// [`is_session_expired`](Error::is_session_expired), the access token is used as long as it is good.
    RefreshFailed(Error),
    /// The server refused the refresh for good and no access token is left: log in again. At most once for
    /// each login.
    Expired,
    /// A logout, or the session cleared by hand.
    LoggedOut,
    /// A function given to [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked on an answer to this method (`None`:
    /// to a hand-written request). The answer was taken to say nothing of the credential.
    RuleFailed(Option<&'static str>),
    /// The session was taken from the store: read at the start, or changed there by another process that has
    /// refreshed it or logged in.
    Adopted,
    /// The session could not be stored. It goes on in memory, nothing is refreshed meanwhile, and storing it is
    /// tried again until it succeeds. Once for each time that it begins to fail.
    StoreFailed(Error),
    /// The store has no locks: two processes may refresh at the same time. Once for each session.
    Uncoordinated,
    /// The session in the store was received by another: a copy of a file, a backup, another name. If the other
    /// goes on with it, each refresh by one spends the refresh token of the other, and servers that rotate log
    /// both out: log in again in one of them. A copy whose original is not used any more is told of as well;
    /// its own next refresh makes it an original. See [`SessionStore::place`](crate::SessionStore::place).
    GrantShared,
    /// The server could not be told that tokens are not wanted any more: they may be good for as long as
    /// they live. See [`Refresher::revoke`](crate::Refresher::revoke).
    NotRevoked(Error),
}

impl SessionEvent {
    fn trace(&self) {
        match self {
            Self::LoggedIn => trace::session_changed("logged in"),
            Self::Refreshed => trace::session_changed("the session is refreshed"),
            Self::Adopted => trace::session_changed("the session is taken from the store"),
            Self::LoggedOut => trace::session_changed("logged out"),
            Self::RefreshFailed(error) | Self::StoreFailed(error) => {
                trace::session_warning("", None, Some(error));
            }
            Self::Expired => trace::session_warning("the session has expired", None, None),
            Self::Uncoordinated => trace::session_warning("the store has no locks", None, None),
            Self::GrantShared => {
                let text = "the session was copied from another store, which may refresh it as well";
                trace::session_warning(text, None, None);
            }
            Self::RuleFailed(method) => {
                trace::session_warning("a rule that judges answers panicked", *method, None);
            }
            Self::NotRevoked(error) => trace::session_warning("tokens are not revoked", None, Some(error)),
        }
    }
}

/// The events of a session from the moment of [`Session::events`](crate::Session::events) on.
pub struct SessionEvents(broadcast::Receiver<SessionEvent>);

impl SessionEvents {
    /// Waits for the next event; `None` when the session is gone. Events that a slow listener missed are
    /// skipped.
    ///
    /// Cancel safe: an event is not lost when the future is dropped.
    pub async fn next(&mut self) -> Option<SessionEvent> {
        loop {
            match self.0.recv().await {
                Ok(event) => return Some(event),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// The next event, if one has happened already.
    pub fn try_next(&mut self) -> Option<SessionEvent> {
        loop {
            match self.0.try_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(_) => return None,
            }
        }
    }
}

impl fmt::Debug for SessionEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionEvents").finish_non_exhaustive()
    }
}

/// Where events are told.
pub(super) struct EventChannel(broadcast::Sender<SessionEvent>);

impl EventChannel {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    /// Never waits. That nobody listens is fine.
    pub(super) fn emit(&self, event: SessionEvent) {
        event.trace();
        let _ = self.0.send(event);
    }

    pub(super) fn subscribe(&self) -> SessionEvents {
        SessionEvents(self.0.subscribe())
    }
}
