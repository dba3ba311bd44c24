//! How a call went: [`Receipt`].

use std::time::Duration;

use super::reason::Reason;
use super::stamp::Stamp;
use super::verdict::Verdict;

/// How a call went: what it carried, what the server said of it, and whether it had to be sent again.
///
/// Also in the extensions of a [`reqwest::Response`] that a client returns, and in the
/// [`Error`](crate::Error::receipt) of a call that failed.
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
    pub(crate) verdict: Option<Verdict>,
    pub(crate) reason: Option<Reason>,
}

/// Whose refresh brought the credential that a call was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshedBy {
    /// The call started it.
    ThisCall,
    /// Another call had started it, and this one waited along.
    AnotherCall,
    /// It was done already when the call was refused: nobody waited.
    Already,
}

impl Receipt {
    /// Whether the last request that was sent carried the session's credential.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.stamp.is_some()
    }

    /// Which credential of the session it carried: they are counted from 1, over logins and refreshes.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.generation)
    }

    /// Which identity of the session it was sent under: logins and logouts are counted, from 1.
    #[must_use]
    pub fn epoch(&self) -> Option<u64> {
        self.stamp.map(|stamp| stamp.epoch)
    }

    /// Whether the call waited for a refresh, started by itself or by another call, before it was answered.
    #[must_use]
    pub fn is_refreshed(&self) -> bool {
        matches!(self.refreshed_by, Some(RefreshedBy::ThisCall | RefreshedBy::AnotherCall))
    }

    /// Whose refresh the call owes its last credential to; `None` if it went with what was there.
    #[must_use]
    pub fn refreshed_by(&self) -> Option<RefreshedBy> {
        self.refreshed_by
    }

    /// How long the call waited in total: for refreshes and between attempts.
    #[must_use]
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Whether the call was sent again after its first credential was refused.
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

    /// What the last refusal that the call met said of the credential; `None` if it met none.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// Why that refusal was not mended; `None` if it was, or if there was none.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }
}
