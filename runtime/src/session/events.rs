//! The events of a session: [`SessionEvent`], [`EventChannel`]. The stream of them is in `event_stream.rs`.

use std::sync::OnceLock;

use tokio::sync::broadcast;

use crate::error::Error;
use crate::trace;

/// How many events are kept for a slow receiver. Older ones are dropped.
const BACKLOG: usize = 64;

/// An event of a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A login, or tokens that were set by hand.
    LoggedIn,
    /// A refresh returned a new credential. Emitted exactly once for each credential.
    Refreshed,
    /// A refresh failed, and the session is kept. The refresh is tried again later. If the error says
    /// [`is_session_expired`](Error::is_session_expired), there is no other attempt, and the access token is
    /// used until it expires.
    RefreshFailed(Error),
    /// The server rejected the refresh token and no valid access token is left. A new login is needed.
    /// Emitted at most once for each login.
    Expired,
    /// The login ends soon: at [`Session::ends_at`](crate::Session::ends_at) no refresh prolongs it any more. A program
    /// that runs unattended can ask for a new login before it fails. Emitted once for each end, and again if a refresh
    /// moved the end. [`ending_ahead`](crate::ClientBuilder::ending_ahead) sets how long before the end. It needs a
    /// receiver: [`SessionEvents`](crate::session::SessionEvents) watches the time.
    Ending,
    /// A logout, or a session that was cleared by hand.
    LoggedOut,
    /// A function of [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked on a response to this method
    /// (`None`: a hand-written request). The response was treated as if it said nothing about the credential.
    RuleFailed(Option<&'static str>),
    /// The session was adopted from the store: at the first read, or after another process refreshed or
    /// logged in.
    Adopted,
    /// The session could not be stored. Until it is stored, it stays in memory and is not refreshed. Storing is
    /// tried again until it succeeds. Emitted once each time that storing begins to fail.
    StoreFailed(Error),
    /// The store has no locks, so two processes may refresh at the same time. Emitted once for each session.
    Uncoordinated,
    /// The session in the store is a copy: of a file, of a backup, or under another name. If the original is
    /// still in use, each refresh of one spends the refresh token of the other. Servers that rotate refresh
    /// tokens then log out both; log in again in one of them. The event is also emitted if the original is no
    /// longer in use. The next refresh of the copy makes it an original. See
    /// [`SessionStore::place`](crate::store::SessionStore::place).
    GrantShared,
    /// The revocation of tokens failed. They may stay valid until they expire. See
    /// [`Refresher::revoke`](crate::Refresher::revoke).
    NotRevoked(Error),
}

impl SessionEvent {
    fn trace(&self) {
        match self {
            Self::LoggedIn => trace::session_changed("logged in"),
            Self::Refreshed => trace::session_changed("the session is refreshed"),
            Self::Adopted => trace::session_changed("the session was taken over from the store"),
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
/// The channel is made for the first receiver: its backlog takes more memory than the rest of a session, and a program
/// may have thousands of sessions to whose events it does not listen.
pub(super) struct EventChannel(OnceLock<broadcast::Sender<SessionEvent>>);

impl EventChannel {
    pub(super) fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Never waits. Without a receiver the event is dropped.
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
