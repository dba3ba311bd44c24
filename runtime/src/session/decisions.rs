//! Defines the inputs and outputs of the session's state machine.

use std::sync::Arc;
use std::time::Duration;

use super::cookies::SetCookies;
use super::credential::Credential;
use super::errors::expired;
use super::snapshot::Snapshot;
use super::tokens::Tokens;
use crate::error::Error;
use crate::error::Reason;

/// What the server's refusal means for the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    /// The credential is no longer valid.
    Expired,
    /// The credential might be invalid, or the call might be forbidden.
    Suspect,
}

/// Why a refresh starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The session has no access token, or the access token has expired.
    Expired,
    /// The access token is about to expire, or might have expired.
    BeforeExpiry,
    Manual,
    Refused(RefusalKind),
}

impl Cause {
    /// Returns the value of the trace field `afresh.cause`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::BeforeExpiry => "before_expiry",
            Self::Manual => "manual",
            Self::Refused(RefusalKind::Expired) => "refused",
            Self::Refused(RefusalKind::Suspect) => "maybe_expired",
        }
    }

    /// Whether calls wait for a refresh with this cause instead of using the old credential.
    pub(super) fn is_urgent(self) -> bool {
        matches!(self, Self::Expired | Self::Refused(RefusalKind::Expired))
    }

    /// Whether calls can still use the old credential while a refresh with this cause is running.
    pub(super) fn is_before_expiry(self) -> bool {
        matches!(self, Self::BeforeExpiry)
    }
}

/// The next step for a call that has not been sent yet.
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
    /// Wait for the refresh. If the refresh fails, send the call with the current credential.
    TryJoin(H),
    /// Start a refresh, then continue as for [`TryJoin`](Self::TryJoin).
    TryStart,
    Fail(Error),
}

/// The next step for a call that the server refused.
#[derive(Debug)]
pub(crate) enum Settled<H> {
    Return(Reason),
    /// The refused call's session has ended because of a logout, a new login or expiry.
    Ended(Error),
    /// The session has expired: the server refused the call, and either an earlier refresh was rejected or the cookies
    /// that a refresh needs have expired.
    Expired(Error),
    Replay(Arc<Snapshot>),
    Fail(Error),
    Join(H),
    /// Start a refresh and wait for it.
    Start,
}

#[expect(clippy::large_enum_variant, reason = "each refresh creates one value and moves it once")]
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
    /// Changes a rejection into an error about a lost token rotation. Call this function if an earlier request with the
    /// same refresh token received no response, because that request has probably spent the token.
    pub(crate) fn after_a_loss(self) -> Self {
        match self {
            Self::Rejected(error) => Self::Rejected(expired(true).with_source(error)),
            other => other,
        }
    }
}

pub(crate) enum RefreshResult {
    Refreshed {
        credential: Arc<Credential>,
        cookies: Option<SetCookies>,
    },
    Failed {
        error: Error,
        retry_after: Option<Duration>,
    },
    /// The server rejected the refresh token. `rotation_lost` is true if the response to an earlier request with the
    /// same refresh token was lost.
    Rejected {
        rotation_lost: bool,
    },
    /// The refresh was aborted before the server responded.
    Aborted,
}

/// How the state machine handled the result of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completion {
    Published,
    Failed,
    Expired,
    /// The refresh result was discarded, because a login or logout had already ended the refresh.
    Discarded,
}

impl Completion {
    /// Returns the value of the trace field `afresh.outcome`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Published => "refreshed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Discarded => "discarded",
        }
    }
}
