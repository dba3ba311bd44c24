//! What a session is at one moment: [`Snapshot`], and the [`Stamp`] that tells one moment from another.

use std::sync::Arc;

use super::cookies::Cookies;
use super::credential::Credential;
use super::lifetime::Age;
use crate::error::Stamp;
use crate::platform::clock::Now;

/// What the session is at one moment. Published whole: who reads one sees a token and the cookies that
/// belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) stamp: Stamp,
    pub(crate) login_state: LoginState,
    pub(crate) cookies: Arc<Cookies>,
    /// The credential is known to be bad and being renewed: wait for it instead of spending a send.
    pub(crate) wait_for_refresh: bool,
    /// Some refusal is remembered: successes are worth reporting, because they lift it.
    pub(crate) wants_successes: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum LoginState {
    LoggedOut,
    LoggedIn(Arc<Credential>),
    /// The server refused the refresh for good; `lost`: perhaps only because its answer to an earlier one was lost.
    Expired {
        rotation_lost: bool,
    },
}

impl Snapshot {
    /// Before anybody has logged in.
    pub(crate) fn empty() -> Self {
        Self {
            stamp: Stamp { epoch: 0, generation: 0 },
            login_state: LoginState::LoggedOut,
            cookies: Arc::default(),
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

    /// Whether a call that was to go with `other` can as well go with this: only its cookies may differ.
    pub(crate) fn is_as_usable_as(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.credential().is_some_and(|credential| credential.is_usable())
    }

    /// The cookies alone.
    pub(crate) fn without_credential(&self) -> Self {
        Self { login_state: LoginState::LoggedOut, ..self.clone() }
    }

    /// Whether a call can go at once with what is here: the same answer as
    /// [`Cell::enter`](super::state_machine::Cell::enter), without its lock.
    pub(crate) fn is_ready(&self, now: impl FnOnce() -> Now, once: bool) -> bool {
        let Some(credential) = self.credential() else {
            return false;
        };
        !self.wait_for_refresh && credential.is_usable() && credential.age(now, once) == Age::Fresh
    }
}
