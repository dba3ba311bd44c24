//! The classification of an answer: [`Classification`].

use super::challenge::Challenge;

/// The meaning of an answer for the credential that was sent with the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Classification {
    /// The answer does not concern the credential: the server limits the rate of requests, or the status is not one
    /// that starts a refresh.
    NotAuth,
    /// The credential has expired.
    Expired,
    /// The credential has expired or has too few permissions. The answer does not show whether the credential is still
    /// valid.
    Suspect,
    /// The credential is valid, but it has too few permissions.
    Forbidden,
    /// The server demands something that an ordinary refresh cannot provide.
    Challenge(Challenge),
}
