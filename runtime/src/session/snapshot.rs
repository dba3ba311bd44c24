//! Defines [`Snapshot`], the state of a session at one moment.

use std::sync::Arc;

use super::cookies::Cookies;
use super::credential::Credential;
use super::lifetime::Age;
use crate::error::Stamp;
use crate::platform::clock::Now;

/// A snapshot is published as a whole, so a reader never sees a token together with cookies that belong to another
/// token.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) stamp: Stamp,
    pub(crate) login_state: LoginState,
    pub(crate) cookies: Arc<Cookies>,
    /// The session's generation when the session received the current access token. If a later refresh returned the
    /// same access token again, the token's generation is older than the current generation.
    pub(crate) token_since: u64,
    /// Whether calls must wait for the running refresh. Calls wait if the credential is no longer valid.
    pub(crate) wait_for_refresh: bool,
    /// Whether the state machine must be notified of successful calls. A successful call clears remembered refusals.
    pub(crate) wants_successes: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum LoginState {
    LoggedOut,
    LoggedIn(Arc<Credential>),
    /// The server rejected the refresh token. `rotation_lost` is true if the response to an earlier refresh was lost,
    /// which means that the refresh token might already have been used.
    Expired {
        rotation_lost: bool,
    },
}

impl Snapshot {
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

    pub(crate) fn lost_rotation(&self) -> bool {
        matches!(self.login_state, LoginState::Expired { rotation_lost: true })
    }

    /// Whether a call that was prepared with the snapshot `other` can be sent with this snapshot. The two snapshots
    /// must have the same stamp, but their cookies can differ.
    pub(crate) fn is_as_usable_as(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.credential().is_some_and(|credential| credential.is_usable())
    }

    /// Whether a call with `stamp` carried the current access token.
    pub(crate) fn has_token_of(&self, stamp: Stamp) -> bool {
        self.stamp.epoch == stamp.epoch && self.token_since <= stamp.generation
    }

    /// The cookies are kept.
    pub(crate) fn without_credential(&self) -> Self {
        Self { login_state: LoginState::LoggedOut, ..self.clone() }
    }

    /// Whether a call can be sent immediately. Returns the same result as
    /// [`StateMachine::enter`](super::state_machine::StateMachine::enter), but does not lock the state machine.
    pub(crate) fn is_ready(&self, now: impl FnOnce() -> Now, once: bool) -> bool {
        let Some(credential) = self.credential() else {
            return false;
        };
        !self.wait_for_refresh && credential.is_usable() && credential.age(now, once) == Age::Fresh
    }
}
