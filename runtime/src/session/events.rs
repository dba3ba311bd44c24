//! Defines [`SessionEvent`], the events of a session, and [`EventChannel`], which sends them.

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
    /// A login succeeded, or the program set tokens.
    LoggedIn,
    /// A refresh returned a new credential. `Refreshed` is emitted exactly once for each credential.
    Refreshed,
    /// A refresh failed, and the session is kept. A later call tries to refresh again, except after an error with
    /// [`is_session_expired`](Error::is_session_expired). After such an error, calls use the access token until it
    /// expires.
    RefreshFailed(Error),
    /// The server rejected the refresh token, and no valid access token is left. The user has to log in again.
    /// `Expired` is emitted at most once for each login.
    Expired,
    /// The login is about to end: after [`Session::ends_at`](crate::Session::ends_at), no refresh extends the login. An
    /// unattended program can request a new login before its calls start to fail. `Ending` is emitted once, and again
    /// if a refresh changes the end of the login. [`ending_ahead`](crate::ClientBuilder::ending_ahead) sets how long
    /// before the end `Ending` is emitted. `Ending` is emitted only if there is a receiver, because
    /// [`SessionEvents`](crate::session::SessionEvents) watches the time.
    Ending,
    /// A logout ended the session, or the program cleared the session.
    LoggedOut,
    /// A function passed to [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked on a response to the named method. The method
    /// name is `None` for a hand-written request. The runtime treats such a response like one that does not concern the
    /// credential.
    RuleFailed(Option<&'static str>),
    /// This process adopted the session from the store, either on its first read or after another process had refreshed
    /// or logged in.
    Adopted,
    /// The session could not be stored. Until the session can be stored, it is kept in memory and is not refreshed. The
    /// runtime tries to store the session again until it succeeds. `StoreFailed` is emitted once each time writes begin
    /// to fail.
    StoreFailed(Error),
    /// The store has no locks, so two processes may refresh at the same time. `Uncoordinated` is emitted once per
    /// session.
    Uncoordinated,
    /// The session in the store is a copy: it was copied from another store, or restored from a backup. If the original
    /// session is still in use, each refresh of the copy spends the refresh token of the original, and each refresh of
    /// the original spends the refresh token of the copy. A server that rotates refresh tokens may end both sessions
    /// when it receives a spent refresh token. If the server has ended both sessions, have the user log in again.
    /// `GrantShared` is also emitted if the original session is no longer in use. After its next refresh, the copy is
    /// treated as the original. See [`SessionStore::place`](crate::store::SessionStore::place).
    GrantShared,
    /// Revoking tokens failed. The tokens may remain valid until they expire. See
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
/// The channel is created when the first receiver subscribes, because its buffer takes more memory than the rest of a
/// session. A program may have thousands of sessions without a receiver.
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
