//! Defines [`SessionEvent`], the events of a session, and [`EventChannel`], which sends them.

use std::sync::OnceLock;

use tokio::sync::broadcast;

use crate::error::Error;
use crate::trace;

/// The number of events that are kept for a slow receiver. Older events are dropped.
const BACKLOG: usize = 64;

/// An event that a session emits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A login succeeded, or the program set tokens.
    LoggedIn,
    /// A refresh returned a new credential. `Refreshed` is emitted exactly once for each credential.
    Refreshed,
    /// A refresh failed, but the session continues. A later call tries to refresh again, unless
    /// [`is_session_expired`](Error::is_session_expired) returns `true` for the error. After an expired-session error,
    /// calls keep using the access token until it expires.
    RefreshFailed(Error),
    /// The server rejected the refresh token, and no valid access token is left. The user has to log in again.
    /// `Expired` is emitted at most once for each login.
    Expired,
    /// The login is about to end: after [`Session::ends_at`](crate::Session::ends_at), no refresh can extend the login.
    /// An unattended program can request a new login before its calls start to fail. `Ending` is emitted once, and once
    /// more after each refresh that changes the end of the login. [`ending_ahead`](crate::ClientBuilder::ending_ahead)
    /// sets the interval between `Ending` and the end of the login. `Ending` is emitted only if there is a receiver,
    /// because only a [`SessionEvents`](crate::session::SessionEvents) stream tracks when the login ends.
    Ending,
    /// A logout ended the session, or the program cleared the session.
    LoggedOut,
    /// A function passed to [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked while it classified a response. The event
    /// contains the name of the trait method that was called, or `None` for a hand-written request. If the function
    /// panics, the response is not treated as a refused credential.
    RuleFailed(Option<&'static str>),
    /// The session was read from the store, either for the first time or after another process refreshed or logged in.
    Adopted,
    /// The session could not be stored. Until the session can be stored, it is kept in memory and is not refreshed. The
    /// runtime retries until the session is stored. `StoreFailed` is emitted once for each series of failed writes.
    StoreFailed(Error),
    /// The store has no locks, so two processes can refresh at the same time. `Uncoordinated` is emitted once per
    /// session.
    Uncoordinated,
    /// The session in the store was copied from another store or restored from a backup. If the original session is
    /// still in use, a refresh of either session invalidates the refresh token that both sessions share. When a client
    /// sends a refresh token that was already used, a server that rotates refresh tokens can end both the original
    /// session and the copy, so that the user has to log in again. `GrantShared` is emitted even if the original
    /// session is no longer in use. Once the copied session has been refreshed, it is no longer treated as a copy. See
    /// [`SessionStore::place`](crate::store::SessionStore::place).
    GrantShared,
    /// Some tokens could not be revoked, so the server might still accept them until they expire. See
    /// [`Refresher::revoke`](crate::Refresher::revoke).
    NotRevoked(Error),
}

impl SessionEvent {
    fn trace(&self) {
        match self {
            Self::LoggedIn => trace::session_changed("logged in"),
            Self::Refreshed => trace::session_changed("the session is refreshed"),
            Self::Adopted => trace::session_changed("the session was read from the store"),
            Self::LoggedOut => trace::session_changed("logged out"),
            Self::Ending => trace::session_warning("the login ends soon", None, None),
            Self::RefreshFailed(error) | Self::StoreFailed(error) => {
                trace::session_warning("", None, Some(error));
            }
            Self::Expired => trace::session_warning("the session has expired", None, None),
            Self::Uncoordinated => trace::session_warning(
                "the store has no locks, so two processes can refresh at the same time",
                None,
                None,
            ),
            Self::GrantShared => {
                let text = "the session was copied from another store, and the original session might also be refreshed";
                trace::session_warning(text, None, None);
            }
            Self::RuleFailed(method) => {
                trace::session_warning("a response rule panicked", *method, None);
            }
            Self::NotRevoked(error) => {
                trace::session_warning("revoking the tokens failed", None, Some(error));
            }
        }
    }
}

/// Sends a session's events to the receivers.
///
/// The channel is created when the first receiver subscribes, because the channel's buffer takes more memory than the
/// rest of a session. A program can have thousands of sessions without a receiver.
pub(super) struct EventChannel(OnceLock<broadcast::Sender<SessionEvent>>);

impl EventChannel {
    pub(super) fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Sends an event to the receivers without waiting. If there is no receiver, the event is dropped.
    pub(super) fn emit(&self, event: SessionEvent) {
        event.trace();
        if let Some(sender) = self.0.get() {
            let _ = sender.send(event);
        }
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<SessionEvent> {
        self.0.get_or_init(|| broadcast::Sender::new(BACKLOG)).subscribe()
    }
}
