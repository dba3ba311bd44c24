//! [`Receipt`] is the record of a call.

use std::time::Duration;

use super::classification::Classification;
use super::reason::Reason;
use super::stamp::Stamp;

/// The record of a call: which credential it carried, how the server reacted, and whether the call was sent again.
///
/// A [`reqwest::Response`] returned by a client contains the call's receipt as an extension.
/// [`Error::receipt`](crate::Error::receipt) returns the receipt of a failed call.
///
/// ```
/// # fn example(reply: afresh::Reply<String>) {
/// let receipt = reply.receipt();
/// if receipt.is_replayed() {
///     println!("{:?} refreshed, after {:?}", receipt.refreshed_by(), receipt.waited());
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    pub(crate) stamp: Option<Stamp>,
    pub(crate) sends: u8,
    /// The number of attempts after the first attempt.
    pub(crate) retries: u32,
    pub(crate) refreshed_by: Option<RefreshedBy>,
    pub(crate) waited: Duration,
    pub(crate) classification: Option<Classification>,
    pub(crate) reason: Option<Reason>,
}

/// Identifies which call started the refresh that produced the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshedBy {
    /// This call started the refresh.
    ThisCall,
    /// A different call started the refresh, and this call waited for that refresh.
    AnotherCall,
    /// The refresh was already complete when the server refused the call, so the call did not wait.
    Already,
}

impl Receipt {
    /// Returns whether the call's last request carried the session's credential.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.stamp.is_some()
    }

    /// Returns the generation of the credential that the call carried. The first generation is 1, and each login or
    /// refresh starts a new generation.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.generation)
    }

    /// Returns the login epoch in which the call was sent. The first epoch is 1, and each login or logout starts a new
    /// epoch.
    #[must_use]
    pub fn epoch(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.epoch)
    }

    /// Returns whether the call waited for a refresh, regardless of which call started the refresh.
    #[must_use]
    pub fn is_refreshed(&self) -> bool {
        matches!(self.refreshed_by, Some(RefreshedBy::ThisCall | RefreshedBy::AnotherCall))
    }

    /// Returns which call started the refresh that produced the credential of the last request. Returns `None` if the
    /// credential does not come from a refresh.
    #[must_use]
    pub fn refreshed_by(&self) -> Option<RefreshedBy> {
        self.refreshed_by
    }

    /// Returns the total time that the call spent waiting, both for refreshes and between attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Returns whether the call was sent again after the server refused the call's first credential.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        u32::from(self.sends) > self.retries + 1
    }

    /// Returns the number of attempts that the call made. Without [retries](crate::Retry), the number of attempts is 1,
    /// or 0 if the call failed before it was sent. If the call is sent again after a refresh, both requests belong to
    /// the same attempt.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        if self.sends == 0 { 0 } else { self.retries + 1 }
    }

    /// Returns the number of times that the call was sent: once or twice in each [attempt](Self::attempts). If the call
    /// failed before it was sent, this method returns 0. Redirects are not counted.
    #[must_use]
    pub fn sends(&self) -> u8 {
        self.sends
    }

    /// Returns how the server's last refusal of the call was classified. Returns `None` if the call was not refused.
    #[must_use]
    pub fn classification(&self) -> Option<Classification> {
        self.classification
    }

    /// Returns the reason why the server's refusal of the call was final. Returns `None` if the server did not refuse
    /// the call, or if the server accepted the call when it was sent again.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }
}
