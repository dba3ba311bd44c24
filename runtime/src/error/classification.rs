//! The classification of an answer: [`Classification`].

use super::challenge::Challenge;

/// What an answer says about the credential that was sent with the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Classification {
    /// Nothing: the rate is limited, or the status does not start a refresh.
    NotAuth,
    /// It has expired.
    Expired,
    /// It has expired, or it is valid and has too few permissions. The answer does not say which.
    Suspect,
    /// It is valid, but its permissions do not suffice.
    Forbidden,
    /// The server demands something that an ordinary refresh cannot provide.
    Challenge(Challenge),
}
