//! Server demands that a refresh cannot satisfy: [`Challenge`].

use std::fmt;

/// A server demand that an ordinary refresh cannot satisfy.
///
/// The call returns the server's response with its headers. Your program must satisfy the demand itself: it must create
/// a proof for a new nonce, log the user in again, or request a token with claims. Pass the new tokens to
/// [`Session::set`](crate::Session::set).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Challenge {
    /// `use_dpop_nonce`: the server demands proof of possession with the nonce from the `DPoP-Nonce` header (RFC 9449
    /// §9).
    DpopNonce,
    /// `insufficient_user_authentication`: the server demands a stronger or more recent login (RFC 9470 §3).
    StepUp,
    /// `insufficient_claims`, or a `claims` parameter: the server demands a token with these claims (`OpenID` Connect;
    /// Microsoft Entra's continuous access evaluation).
    Claims,
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DpopNonce => "a proof with a new DPoP nonce",
            Self::StepUp => "a stronger or more recent login",
            Self::Claims => "a token with additional claims",
        })
    }
}
