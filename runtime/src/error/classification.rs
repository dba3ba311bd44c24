//! The classification of a response: [`Classification`].

use super::challenge::Challenge;

/// What a response means for the credential that was sent with the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Classification {
    /// The response does not concern the credential: the server is rate-limiting requests, or the status is not one
    /// that triggers a refresh.
    NotAuth,
    /// The credential has expired.
    Expired,
    /// The credential has expired or has too few permissions. The response does not show whether the credential is
    /// still valid.
    Suspect,
    /// The credential is valid, but it has too few permissions.
    Forbidden,
    /// The server demands something that an ordinary refresh cannot satisfy.
    Challenge(Challenge),
}
