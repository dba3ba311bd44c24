//! What happened to a call: [`Receipt`].

use std::time::Duration;

use super::classification::Classification;
use super::reason::Reason;
use super::stamp::Stamp;

/// What happened to a call: the credential it carried, how the server judged it, and whether it was sent again.
///
/// A [`reqwest::Response`] that a client returns has it among its extensions. [`Error::receipt`](crate::Error::receipt)
/// returns that of a failed call.
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
    /// How many attempts there were after the first.
    pub(crate) retries: u32,
    pub(crate) refreshed_by: Option<RefreshedBy>,
    pub(crate) waited: Duration,
    pub(crate) classification: Option<Classification>,
    pub(crate) reason: Option<Reason>,
}

/// Which call started the refresh that provided the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshedBy {
    /// This call.
    ThisCall,
    /// Another call. This call waited for the same refresh.
    AnotherCall,
    /// The refresh was complete when the call was refused, so the call did not wait.
    Already,
}

impl Receipt {
    /// Whether the last request of the call carried the session's credential.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.stamp.is_some()
    }

    /// The generation of the credential that was sent. Each login and each refresh starts the next generation; the first
    /// is 1.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.generation)
    }

    /// The epoch under which the call was sent. Each login and each logout starts the next epoch; the first is 1.
    #[must_use]
    pub fn epoch(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.epoch)
    }

    /// Whether the call waited for a refresh, started by this call or by another one.
    #[must_use]
    pub fn is_refreshed(&self) -> bool {
        matches!(self.refreshed_by, Some(RefreshedBy::ThisCall | RefreshedBy::AnotherCall))
    }

    /// Which call started the refresh that provided the last credential. `None` if the call used no refresh.
    #[must_use]
    pub fn refreshed_by(&self) -> Option<RefreshedBy> {
        self.refreshed_by
    }

    /// How long the call waited in total: for refreshes and between attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Whether the call was sent again after the server refused its first credential.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        u32::from(self.sends) > self.retries + 1
    }

    /// How many attempts the call made: 1 without [retries](crate::Retry), 0 if it failed before it was sent. A second
    /// send after a refresh belongs to the same attempt.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        if self.sends == 0 { 0 } else { self.retries + 1 }
    }

    /// How often the call was sent: once or twice in each [attempt](Self::attempts); 0 if it failed before. Redirects do
    /// not count.
    #[must_use]
    pub fn sends(&self) -> u8 {
        self.sends
    }

    /// What the last refusal of the call says about the credential. `None` if the call was not refused.
    #[must_use]
    pub fn classification(&self) -> Option<Classification> {
        self.classification
    }

    /// Why the refused call was not refreshed or not sent again. `None` if it was, or if it was not refused.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }
}
