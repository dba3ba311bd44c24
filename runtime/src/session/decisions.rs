//! The questions to the state machine and its answers.

use std::sync::Arc;
use std::time::Duration;

use super::cookies::SetCookies;
use super::credential::Credential;
use super::errors::expired;
use super::snapshot::Snapshot;
use super::tokens::Tokens;
use crate::error::Error;
use crate::error::Reason;

/// What a refusal says about the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The credential is no longer valid.
    Expired,
    /// The credential may be invalid, or the call may be forbidden.
    Suspect,
}

/// Why a refresh starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There is no access token, or its lifetime is over.
    Expired,
    /// The access token expires soon, or may have expired.
    BeforeExpiry,
    /// A manual refresh.
    Manual,
    /// The server refused the credential.
    Refused(Finding),
}

impl Cause {
    /// The value of the trace field `afresh.cause`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::BeforeExpiry => "before_expiry",
            Self::Manual => "manual",
            Self::Refused(Finding::Expired) => "refused",
            Self::Refused(Finding::Suspect) => "maybe_expired",
        }
    }

    /// Whether calls wait for this refresh instead of using the old credential.
    pub(super) fn is_urgent(self) -> bool {
        matches!(self, Self::Expired | Self::Refused(Finding::Expired))
    }

    /// Whether calls can use the old credential as long as it is valid.
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
    /// Send the call and start a refresh in the background.
    GoAndRefresh,
    Join(H),
    /// Start a refresh and wait for it.
    Start,
    /// Wait for the refresh. If it fails, send the call with the current credential.
    TryJoin(H),
    /// Start a refresh, then continue as [`TryJoin`](Self::TryJoin).
    TryStart,
    Fail(Error),
}

/// What a call does after it was refused.
#[derive(Debug)]
pub(crate) enum Settled<H> {
    /// The refusal is the response of the call.
    Return(Reason),
    /// A logout, another login or the end of the session came first.
    Ended(Error),
    /// This refusal ends the session as expired: an earlier refresh was rejected, or what the refresh needs has
    /// expired.
    Expired(Error),
    /// The session was refreshed already.
    Replay(Arc<Snapshot>),
    Fail(Error),
    Join(H),
    /// Start a refresh and wait for it.
    Start,
}

/// How an attempt to refresh ended.
#[expect(clippy::large_enum_variant, reason = "there is one for each refresh, and it moves once")]
pub(crate) enum Attempt {
    Refreshed {
        tokens: Tokens,
        cookies: Option<SetCookies>,
    },
    Failed {
        error: Error,
        retry_after: Option<Duration>,
    },
    /// The server rejected the refresh token.
    Rejected(Error),
}

impl Attempt {
    /// An earlier response for the same refresh token was lost. If the server rejects the token now, it was
    /// probably spent then.
    pub(crate) fn after_a_loss(self) -> Self {
        match self {
            Self::Rejected(error) => Self::Rejected(expired(true).with_source(error)),
            other => other,
        }
    }
}

/// How a refresh ended.
pub(crate) enum RefreshResult {
    Refreshed {
        credential: Arc<Credential>,
        cookies: Option<SetCookies>,
    },
    Failed {
        error: Error,
        retry_after: Option<Duration>,
    },
    /// The server rejected the refresh token. `rotation_lost`: an earlier response for it was lost.
    Rejected {
        rotation_lost: bool,
    },
    /// The refresh was aborted before the server answered.
    Aborted,
}

/// What became of the result of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completion {
    Published,
    Failed,
    Expired,
    /// A login or logout came first.
    Discarded,
}

impl Completion {
    /// The value of the trace field `afresh.outcome`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Published => "refreshed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Discarded => "discarded",
        }
    }
}
