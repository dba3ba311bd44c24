//! The session at one moment: [`Snapshot`].

use std::sync::Arc;

use super::cookies::Cookies;
use super::credential::Credential;
use super::lifetime::Age;
use crate::error::Stamp;
use crate::platform::clock::Now;

/// The session at one moment. It is published as a whole, so a reader never sees a token with the cookies of
/// another one.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) stamp: Stamp,
    pub(crate) login_state: LoginState,
    pub(crate) cookies: Arc<Cookies>,
    /// The generation that brought the access token. A refresh may bring the same access token again.
    pub(crate) token_since: u64,
    /// The credential is known to be invalid, and a refresh is running. Calls wait for it.
    pub(crate) wait_for_refresh: bool,
    /// A refusal is remembered. A success is reported, because it clears the refusal.
    pub(crate) wants_successes: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum LoginState {
    LoggedOut,
    LoggedIn(Arc<Credential>),
    /// The server rejected the refresh token. `rotation_lost`: perhaps because the response to an earlier
    /// refresh was lost.
    Expired {
        rotation_lost: bool,
    },
}

impl Snapshot {
    /// The session before the first login.
    pub(crate) fn empty() -> Self {
        Self {
            stamp: Stamp { epoch: 0, generation: 0 },
            login_state: LoginState::LoggedOut,
            cookies: Arc::default(),
            token_since: 0,
            wait_for_refresh: false,
            wants_successes: false,
        }
    }

    pub(crate) fn credential(&self) -> Option<&Arc<Credential>> {
        match &self.login_state {
            LoginState::LoggedIn(credential) => Some(credential),
            LoginState::LoggedOut | LoginState::Expired { .. } => None,
        }
    }

    /// Whether the session has expired because the response to an earlier refresh may have been lost.
    pub(crate) fn lost_rotation(&self) -> bool {
        matches!(self.login_state, LoginState::Expired { rotation_lost: true })
    }

    /// Whether a call that was prepared with `other` can be sent with this snapshot. Only the cookies may
    /// differ.
    pub(crate) fn is_as_usable_as(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.credential().is_some_and(|credential| credential.is_usable())
    }

    /// Whether a call that was sent with `stamp` was sent with the current access token.
    pub(crate) fn has_token_of(&self, stamp: Stamp) -> bool {
        self.stamp.epoch == stamp.epoch && self.token_since <= stamp.generation
    }

    /// The snapshot with its cookies and without its credential.
    pub(crate) fn without_credential(&self) -> Self {
        Self { login_state: LoginState::LoggedOut, ..self.clone() }
    }

    /// Whether a call can be sent at once. The answer is the same as that of
    /// [`StateMachine::enter`](super::state_machine::StateMachine::enter), without a lock.
    pub(crate) fn is_ready(&self, now: impl FnOnce() -> Now, once: bool) -> bool {
        let Some(credential) = self.credential() else {
            return false;
        };
        !self.wait_for_refresh && credential.is_usable() && credential.age(now, once) == Age::Fresh
    }
}
