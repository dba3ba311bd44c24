//! [`Retrying`] contains the retry settings of one call.

use std::sync::Arc;
use std::time::Duration;

use super::policy::Retry;
use crate::platform::time::Instant;

/// The longest wait that a server can request if the call has no deadline.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// The retry policy and the deadline of one call.
pub(crate) struct Retrying {
    pub(crate) policy: Arc<Retry>,
    pub(crate) deadline: Option<Instant>,
}

impl Retrying {
    /// Returns the wait time before the next attempt, or `None` if that time is too long. `asked` is the wait that the
    /// server requested, if any.
    pub(crate) fn wait(&self, retries: u32, asked: Option<Duration>) -> Option<Duration> {
        let wait = asked.unwrap_or_else(|| self.policy.wait(retries));
        let fits = match self.deadline {
            Some(deadline) => wait < deadline.saturating_duration_since(Instant::now()),
            None => asked.is_none_or(|asked| asked <= LONGEST_ASKED),
        };
        fits.then_some(wait)
    }

    /// Returns whether another attempt is allowed after `retries` retries.
    pub(crate) fn has_more(&self, retries: u32) -> bool {
        retries.saturating_add(1) < self.policy.attempts
    }
}
