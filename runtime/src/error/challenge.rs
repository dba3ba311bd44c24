//! What a server asks for that a refresh does not bring: [`Challenge`].

use std::fmt;

/// Something that the server asks for and an ordinary refresh does not bring.
///
/// The call's own answer is returned, with its headers. What they ask for is between the program and its
/// authorization server: a proof with another nonce, another login of the user, a token request with
/// claims. Once that has brought tokens, [`Session::set`](crate::Session::set) makes them the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Challenge {
    /// `use_dpop_nonce`: a proof of possession with the nonce of the `DPoP-Nonce` header (RFC 9449 §9).
    DpopNonce,
    /// `insufficient_user_authentication`: a stronger or more recent login (RFC 9470 §3).
    StepUp,
    /// `insufficient_claims`, or a `claims` parameter: a token with these claims (`OpenID` Connect; the
    /// continuous access evaluation of Microsoft Entra).
    Claims,
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DpopNonce => "a proof with another DPoP nonce",
            Self::StepUp => "a stronger or more recent login",
            Self::Claims => "a token with other claims",
        })
    }
}
