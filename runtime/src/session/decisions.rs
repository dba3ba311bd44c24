//! What the cell is asked and what it answers: the words between it and its shell.

use std::sync::Arc;
use std::time::Duration;

use super::cookies::SetCookies;
use super::credential::Credential;
use super::errors::expired;
use super::snapshot::Snapshot;
use super::tokens::Tokens;
use crate::error::Error;
use crate::error::Reason;

/// What a refused answer says about the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// No longer good, for sure.
    Expired,
    /// Perhaps no longer good, perhaps just not allowed to.
    Suspect,
}

/// Why a flight starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There is no access token, or by its own clock it is no longer good.
    Expired,
    /// It will soon be no longer good, or perhaps no longer is.
    BeforeExpiry,
    /// Somebody asked for it.
    Manual,
    /// The server refused the credential.
    Refused(Finding),
}

impl Cause {
    /// The value of `afresh.cause`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::BeforeExpiry => "before_expiry",
            Self::Manual => "manual",
            Self::Refused(Finding::Expired) => "refused",
            Self::Refused(Finding::Suspect) => "maybe_expired",
        }
    }

    /// Whether calls had better wait for the flight than spend a send.
    pub(super) fn is_urgent(self) -> bool {
        matches!(self, Self::Expired | Self::Refused(Finding::Expired))
    }

    /// Whether nobody needs the flight as long as the credential is good.
    pub(super) fn is_before_expiry(self) -> bool {
        matches!(self, Self::BeforeExpiry)
    }
}

/// What a call does before it is sent.
#[derive(Debug)]
pub(crate) enum Entry<H> {
    NoSession,
    Expired,
    Go,
    /// Go, and start a flight in the background.
    GoAndRefresh,
    Join(H),
    /// Start a flight and join it.
    Start,
    /// Join, and if nothing comes of it, go with what is here.
    TryJoin(H),
    /// Start a flight, and then as [`TryJoin`](Self::TryJoin).
    TryStart,
    Fail(Error),
}

/// What a call does after it was refused.
#[derive(Debug)]
pub(crate) enum Settled<H> {
    /// The refusal is genuine, or nothing can be done about it.
    Return(Reason),
    /// Somebody logged out or in, or the session expired.
    Ended(Error),
    /// The session has just expired: its refresh had been refused for good before.
    Lapsed(Error),
    /// Somebody already refreshed.
    Replay(Arc<Snapshot>),
    Fail(Error),
    Join(H),
    /// Start a flight and join it.
    Start,
}

/// How an attempt to refresh ended.
pub(crate) enum Attempt {
    Renewed {
        tokens: Tokens,
        cookies: Option<SetCookies>,
    },
    Failed {
        error: Error,
        retry_after: Option<Duration>,
    },
    /// The server refused the refresh token for good.
    Rejected(Error),
}

impl Attempt {
    /// An answer to the same refresh token was lost before. If the server refuses it now, it was probably spent then.
    pub(crate) fn after_a_loss(self) -> Self {
        match self {
            Self::Rejected(error) => Self::Rejected(expired(true).with_source(error)),
            other => other,
        }
    }
}

/// How a flight ended.
pub(crate) enum RefreshResult {
    Renewed {
        credential: Arc<Credential>,
        cookies: Option<SetCookies>,
    },
    Failed {
        error: Error,
        retry_after: Option<Duration>,
    },
    /// For good; `lost`: an answer to the same secret was lost before.
    Rejected {
        rotation_lost: bool,
    },
    /// Broken off without any word from the server.
    Aborted,
}

/// What became of what a flight, or a refresh by hand, brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completion {
    Published,
    Failed,
    Expired,
    /// The session is another one by now.
    Discarded,
}

impl Completion {
    /// The value of `afresh.outcome`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Published => "refreshed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Discarded => "discarded",
        }
    }
}
