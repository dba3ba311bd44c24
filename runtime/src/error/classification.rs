//! [`Classification`] describes what a response means for the credential of a call.

use super::challenge::Challenge;

/// The meaning of a response for the credential that the call carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Classification {
    /// The response does not concern the credential: the server is rate-limiting requests, or the status code does not
    /// trigger a refresh.
    NotAuth,
    /// The credential has expired.
    Expired,
    /// The response does not show whether the credential has expired or lacks a required permission.
    Suspect,
    /// The credential is valid but lacks a required permission.
    Forbidden,
    /// The server demands something that an ordinary refresh cannot provide.
    Challenge(Challenge),
}
