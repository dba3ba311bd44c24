//! What an answer says about the credential: [`Verdict`].

use super::challenge::Challenge;

/// What an answer says about the credential that was sent with the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing: the rate is limited, or the status is not one that is refreshed for.
    NotAuth,
    /// It is no longer good.
    Expired,
    /// Perhaps it is no longer good, perhaps it just does not suffice.
    Suspect,
    /// It is good and does not suffice.
    Forbidden,
    /// The server asks for something that an ordinary refresh does not bring.
    Challenge(Challenge),
}
