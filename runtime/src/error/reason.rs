//! Why a refusal was not mended, or not once more: [`Reason`].

use std::fmt;

use crate::error::Challenge;
use crate::error::Kind;

/// Why a call that the server refused was not refreshed for, or not sent again.
///
/// Asked for by [`Error::reason`](crate::Error::reason) and [`Receipt::reason`](crate::Receipt::reason). Its
/// text is also in that of the error: "the server answered 403 Forbidden (forbidden: a fresh token was
/// refused too)".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The call was sent again with a newer token and was refused again.
    FreshTokenRefused,
    /// The method was refused to a fresh token not long ago: for a while its 403 is taken at its word.
    RouteForbidden,
    /// The token came from a refresh a moment ago, and that refresh has proved fruitless.
    JustRefreshed,
    /// `WWW-Authenticate` says `insufficient_scope` (RFC 6750 §3.1).
    InsufficientScope,
    /// `forbidden_when` says that the refusal is not about the token.
    BodyRule,
    /// The server asks to slow down, not for another token.
    RateLimited,
    /// The server asks for something that an ordinary refresh does not bring.
    Challenged(Challenge),
    /// The status is not among those that are refreshed for (`refresh_on`).
    StatusNotListed,
    /// The session has neither a refresh secret nor another way to a new token.
    NothingToRefreshWith,
    /// The token was refreshed, and the method is `#[no_replay]`.
    NoReplay,
    /// The token was refreshed, and the body was a one-shot stream that is spent.
    BodySpent,
    /// A redirect led to another origin, and that one refused. It was sent no credential.
    ForeignOrigin,
    /// A function given to [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked.
    RuleFailed,
    /// The refresh failed for now.
    RefreshFailed,
    /// The refresh brought the token that was refused.
    NoProgress,
    /// Refreshing was given up for a while: fresh tokens were refused again and again.
    ExcessiveRefresh,
    /// The server refused the refresh for good.
    SessionExpired,
    /// Somebody logged out, or in, while the call was under way.
    SessionEnded,
}

impl Reason {
    /// Why a call that met a refusal failed with this kind of error, if it is the session's.
    pub(crate) fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Refresh | Kind::Reentrant | Kind::Busy | Kind::Store => Some(Self::RefreshFailed),
            Kind::NoProgress => Some(Self::NoProgress),
            Kind::Excessive => Some(Self::ExcessiveRefresh),
            Kind::SessionExpired | Kind::RotationLost => Some(Self::SessionExpired),
            Kind::NoSession | Kind::Superseded => Some(Self::SessionEnded),
            Kind::NotReplayable => Some(Self::BodySpent),
            Kind::Builder
            | Kind::Request
            | Kind::Connect
            | Kind::Timeout
            | Kind::Transport
            | Kind::Status
            | Kind::Decode
            | Kind::BodyTooLarge => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FreshTokenRefused => "forbidden: a fresh token was refused too",
            Self::RouteForbidden => "forbidden: not long ago a fresh token was refused here",
            Self::JustRefreshed => "forbidden: the token is fresh, and refreshing has just proved fruitless",
            Self::InsufficientScope => "forbidden: the token lacks a scope",
            Self::BodyRule => "forbidden: a rule says that this is not about the token",
            Self::RateLimited => "the rate is limited",
            Self::Challenged(challenge) => return write!(f, "the server asks for {challenge}"),
            Self::StatusNotListed => "this status is not refreshed for",
            Self::NothingToRefreshWith => "there is nothing to refresh the token with",
            Self::NoReplay => "the token was refreshed, and the method is not sent again",
            Self::BodySpent => "the token was refreshed, and the body cannot be sent again",
            Self::ForeignOrigin => "another origin answered",
            Self::RuleFailed => "a rule that judges answers panicked",
            Self::RefreshFailed => "the refresh failed",
            Self::NoProgress => "the refresh brought the token that was refused",
            Self::ExcessiveRefresh => "fresh tokens were refused again and again",
            Self::SessionExpired => "the session has expired",
            Self::SessionEnded => "the session was ended",
        })
    }
}
