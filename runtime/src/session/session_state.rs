//! Defines [`SessionState`], the user-visible state of a session.

use super::session::Session;
use super::snapshot::LoginState;

/// The state of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionState {
    /// The session has no login.
    LoggedOut,
    /// The session has a credential, and no refresh is running.
    LoggedIn,
    /// The session has a credential, and a refresh is running.
    Refreshing,
    /// The server rejected the refresh token. The user has to log in again.
    Expired,
}

impl Session {
    /// Returns the state of the session.
    #[must_use]
    pub fn state(&self) -> SessionState {
        let machine = self.lock();
        match (&machine.current().login_state, machine.handle().is_some()) {
            (LoginState::Expired { .. }, _) => SessionState::Expired,
            (LoginState::LoggedOut, _) => SessionState::LoggedOut,
            (LoginState::LoggedIn(_), true) => SessionState::Refreshing,
            (LoginState::LoggedIn(_), false) => SessionState::LoggedIn,
        }
    }
}
