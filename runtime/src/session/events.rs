//! Defines [`SessionEvent`], the events of a session, and [`EventChannel`], which sends the events.

use std::sync::OnceLock;

use tokio::sync::broadcast;

use crate::error::Error;
use crate::trace;

/// How many events are kept for a slow receiver. Older events are dropped.
const BACKLOG: usize = 64;

/// An event of a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A login succeeded, or the caller set tokens.
    LoggedIn,
    /// A refresh returned a new credential. `Refreshed` is emitted exactly once for each credential.
    Refreshed,
    /// A refresh failed, and the session is kept. The refresh is retried later, except after an error with
    /// [`is_session_expired`](Error::is_session_expired). After an error with `is_session_expired`, the access
    /// token is used until it expires.
    RefreshFailed(Error),
    /// The server rejected the refresh token, and no valid access token is left. The user has to log in again.
    /// `Expired` is emitted at most once for each login.
    Expired,
    /// The login ends soon: after [`Session::ends_at`](crate::Session::ends_at), no refresh extends the login. An
    /// unattended program can request a new login before its calls fail. `Ending` is emitted once for each end,
    /// and again if a refresh moved the end. [`ending_ahead`](crate::ClientBuilder::ending_ahead) sets how long
    /// before the end `Ending` is emitted. `Ending` needs a receiver, because
    /// [`SessionEvents`](crate::session::SessionEvents) watches the time.
    Ending,
    /// A logout ended the session, or the caller cleared it.
    LoggedOut,
    /// A function of [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked on a response to the named method. The
    /// name is `None` for a hand-written request. The response was treated like a response that does not concern
    /// the credential.
    RuleFailed(Option<&'static str>),
    /// The session was adopted from the store at the first read, or after another process refreshed or logged in.
    Adopted,
    /// The session could not be stored. Until the session is stored, it is kept in memory and is not refreshed.
    /// The write is retried until it succeeds. `StoreFailed` is emitted once each time that writes begin to fail.
    StoreFailed(Error),
    /// The store has no locks, so two processes may refresh at the same time. `Uncoordinated` is emitted once for
    /// each session.
    Uncoordinated,
    /// The session in the store is a copy: it was copied from another store, or restored from a backup. If the
    /// original is still in use, each refresh of one session spends the refresh token of the other session. A
    /// server that rotates refresh tokens may end both sessions after a spent refresh token. If the server has
    /// ended both sessions, log in again with one of them. `GrantShared` is also emitted if the original is no
    /// longer in use. The next refresh of the copy makes the copy an original. See
    /// [`SessionStore::place`](crate::store::SessionStore::place).
    GrantShared,
    /// The revocation of tokens failed. The tokens may stay valid until they expire. See
    /// [`Refresher::revoke`](crate::Refresher::revoke).
    NotRevoked(Error),
}

impl SessionEvent {
    fn trace(&self) {
        match self {
            Self::LoggedIn => trace::session_changed("logged in"),
            Self::Refreshed => trace::session_changed("the session is refreshed"),
            Self::Adopted => trace::session_changed("the session was adopted from the store"),
            Self::LoggedOut => trace::session_changed("logged out"),
            Self::Ending => trace::session_warning("the login ends soon", None, None),
            Self::RefreshFailed(error) | Self::StoreFailed(error) => {
                trace::session_warning("", None, Some(error));
            }
            Self::Expired => trace::session_warning("the session has expired", None, None),
            Self::Uncoordinated => trace::session_warning(
                "the store has no locks, so two processes may refresh at the same time",
                None,
                None,
            ),
            Self::GrantShared => {
                let text = "the session is a copy from another store, which may refresh it as well";
                trace::session_warning(text, None, None);
            }
            Self::RuleFailed(method) => {
                trace::session_warning("a rule for responses panicked", *method, None);
            }
            Self::NotRevoked(error) => {
                trace::session_warning("the revocation of tokens failed", None, Some(error));
            }
        }
    }
}

/// Sends the events of a session.
///
/// The channel is created for the first receiver, because its buffer takes more memory than the rest of a session.
/// A program may have thousands of sessions without a receiver.
pub(super) struct EventChannel(OnceLock<broadcast::Sender<SessionEvent>>);

impl EventChannel {
    pub(super) fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Sends an event without waiting. If there is no receiver, the event is dropped.
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
