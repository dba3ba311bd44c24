//! [`Challenge`] is a demand from the server that an ordinary refresh cannot satisfy.

use std::fmt;

/// A demand from the server that an ordinary refresh cannot satisfy.
///
/// The caller receives the server's response, including its headers. Your program must satisfy the server's demand by
/// creating a proof for the new nonce, logging the user in again, or requesting a token with the required claims. Pass
/// the new tokens to [`Session::set`](crate::Session::set).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Challenge {
    /// `use_dpop_nonce`: the server demands proof of possession with the nonce from the `DPoP-Nonce` header (RFC 9449
    /// §9).
    DpopNonce,
    /// `insufficient_user_authentication`: the server demands a stronger or more recent login (RFC 9470 §3).
    StepUp,
    /// `insufficient_claims`, or a `claims` parameter: the server demands a token with additional claims (`OpenID`
    /// Connect; Microsoft Entra's continuous access evaluation).
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
