//! [`Reason`] states why the server's refusal of a call was final.

use std::fmt;

use super::challenge::Challenge;
use super::kind::Kind;

/// The reason why the server's refusal of a call was final, for example because the refresh failed.
///
/// [`Error::reason`](crate::Error::reason) and [`Receipt::reason`](crate::Receipt::reason) return a `Reason`. The error
/// message also states the reason: "the server answered 403 Forbidden (forbidden: a fresh token was refused, too)".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The call was sent again with a newer token and was refused again.
    FreshTokenRefused,
    /// In an earlier call to the same method, the server refused a fresh token. For a limited time, the runtime assumes
    /// that a 403 response to this method means that a permission is missing.
    RouteForbidden,
    /// The refused token came from a recent refresh, and an earlier call with this token was also refused.
    JustRefreshed,
    /// The `WWW-Authenticate` header contains `insufficient_scope` (RFC 6750 §3.1).
    InsufficientScope,
    /// A `forbidden_when` rule classified the refusal as unrelated to the token.
    BodyRule,
    /// The server is rate-limiting requests.
    RateLimited,
    /// The server demands something that an ordinary refresh cannot provide.
    Challenged(Challenge),
    /// The status code does not trigger a refresh (see `refresh_on`).
    StatusNotListed,
    /// The session has no refresh token and no other way to get a new access token.
    NothingToRefreshWith,
    /// The token was refreshed, but the method is `#[no_replay]`, so the call was not sent again.
    NoReplay,
    /// The token was refreshed, but the body was a one-shot stream, which cannot be sent again.
    BodySpent,
    /// The server redirected the call to another origin, and that origin refused the request. The redirected request
    /// did not carry the credential.
    ForeignOrigin,
    /// A function passed to [`expired_when`](crate::ClientBuilder::expired_when) or
    /// [`forbidden_when`](crate::ClientBuilder::forbidden_when) panicked.
    RuleFailed,
    /// The refresh failed temporarily.
    RefreshFailed,
    /// The refresh returned the same access token that the server had refused.
    NoProgress,
    /// Several fresh tokens in a row were refused, so refreshes are temporarily suspended.
    ExcessiveRefresh,
    /// The server rejected the refresh token.
    SessionExpired,
    /// A logout or a new login happened during the call.
    SessionEnded,
}

impl Reason {
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
            | Kind::BodyTooLarge
            | Kind::LoginDenied
            | Kind::LoginUnavailable
            | Kind::Login => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FreshTokenRefused => "forbidden: a fresh token was refused, too",
            Self::RouteForbidden => "forbidden: the server recently refused a fresh token for this method",
            Self::JustRefreshed => {
                "forbidden: the token is new, and the server has also refused an earlier call with it"
            }
            Self::InsufficientScope => "forbidden: the token lacks a scope",
            Self::BodyRule => "forbidden: a `forbidden_when` rule matched the response",
            Self::RateLimited => "the server is rate-limiting requests",
            Self::Challenged(challenge) => return write!(f, "the server demands {challenge}"),
            Self::StatusNotListed => "this status code does not trigger a refresh",
            Self::NothingToRefreshWith => "the session has no way to refresh the token",
            Self::NoReplay => "the token was refreshed, but the method is `#[no_replay]`",
            Self::BodySpent => "the token was refreshed, but the body cannot be sent again",
            Self::ForeignOrigin => "another origin responded",
            Self::RuleFailed => "an `expired_when` or `forbidden_when` rule panicked",
            Self::RefreshFailed => "the refresh failed",
            Self::NoProgress => "the refresh returned the refused token",
            Self::ExcessiveRefresh => "several fresh tokens in a row were refused",
            Self::SessionExpired => "the session has expired",
            Self::SessionEnded => "the session ended during the call",
        })
    }
}
