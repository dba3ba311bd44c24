//! What a session is at one moment: [`Snapshot`], and the [`Stamp`] that tells one moment from another.

use std::sync::Arc;

use super::cookies::Cookies;
use super::credential::Credential;
use super::term::Age;
use crate::error::Stamp;
use crate::platform::clock::Now;

/// What the session is at one moment. Published whole: who reads one sees a token and the cookies that
/// belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub(crate) stamp: Stamp,
    pub(crate) standing: Standing,
    pub(crate) cookies: Arc<Cookies>,
    /// The credential is known to be bad and being renewed: wait for it instead of spending a send.
    pub(crate) hold: bool,
    /// Some refusal is remembered: successes are worth reporting, because they lift it.
    pub(crate) learning: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Standing {
    Nobody,
    Live(Arc<Credential>),
    /// The server refused the refresh for good; `lost`: perhaps only because its answer to an earlier one was lost.
    Expired {
        lost: bool,
    },
}

impl Snapshot {
    /// Before anybody has logged in.
    pub(crate) fn empty() -> Self {
        Self {
            stamp: Stamp { epoch: 0, generation: 0 },
            standing: Standing::Nobody,
            cookies: Arc::default(),
            hold: false,
            learning: false,
        }
    }

    pub(crate) fn credential(&self) -> Option<&Arc<Credential>> {
        match &self.standing {
            Standing::Live(credential) => Some(credential),
            Standing::Nobody | Standing::Expired { .. } => None,
        }
    }

    /// Whether a call that was to go with `other` can as well go with this: only its cookies may differ.
    pub(crate) fn is_as_usable_as(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.credential().is_some_and(|credential| credential.is_usable())
    }

    /// The cookies alone.
    pub(crate) fn without_credential(&self) -> Self {
        Self { standing: Standing::Nobody, ..self.clone() }
    }

    /// Whether a call can go at once with what is here: the same answer as
    /// [`Cell::enter`](super::cell::Cell::enter), without its lock.
    pub(crate) fn is_ready(&self, now: impl FnOnce() -> Now, once: bool) -> bool {
        let Some(credential) = self.credential() else {
            return false;
        };
        !self.hold && credential.is_usable() && credential.age(now, once) == Age::Fresh
    }
}
