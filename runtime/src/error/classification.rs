//! The classification of an answer: [`Classification`].

use super::challenge::Challenge;

/// The meaning of an answer for the credential that was sent with the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Classification {
    /// The answer does not concern the credential: the rate is limited, or the status does not start a refresh.
    NotAuth,
    /// The credential has expired.
    Expired,
    /// The credential has expired or has too few permissions. The answer does not show whether the credential is still
    /// valid.
    Suspect,
    /// The credential is valid, but its permissions do not suffice.
    Forbidden,
    /// The server demands something that an ordinary refresh cannot provide.
    Challenge(Challenge),
}
