//! [`Polling`] decides how often the token endpoint is polled while a user logs in on a second device (RFC 8628 §3.5).

use std::time::Duration;

use super::login::NoAnswer;
use crate::platform::backoff::doubled;

/// The duration by which each `slow_down` error increases the polling interval.
const SLOWER: Duration = Duration::from_secs(5);
/// The maximum wait between two requests to an overloaded server, unless the polling interval is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// Tracks the time between two requests to the token endpoint.
pub(super) struct Polling {
    interval: Duration,
    /// The time to wait before the next request to the token endpoint.
    wait: Duration,
}

impl Polling {
    pub(super) fn new(interval: Duration) -> Self {
        Self { interval, wait: interval }
    }

    pub(super) fn wait(&self) -> Duration {
        self.wait
    }

    /// Resets the wait after the server has responded.
    pub(super) fn answered(&mut self) {
        self.wait = self.interval;
    }

    pub(super) fn slow_down(&mut self) {
        self.interval = self.interval.saturating_add(SLOWER);
        self.answered();
    }

    /// Records that the last request did not receive a usable response. If the server is overloaded or too slow, the
    /// wait doubles after each request until the server responds (RFC 8628 §3.5).
    pub(super) fn no_answer(&mut self, answer: &NoAnswer) {
        let wait = if answer.is_overload { doubled(self.wait, 1, LONGEST) } else { self.wait };
        self.wait = wait.max(self.interval).max(answer.retry_after.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth2::authorization_error::unavailable;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn slow_down_adds_five_seconds_for_good() {
        let mut polling = Polling::new(seconds(5));
        polling.slow_down();
        polling.slow_down();
        polling.answered();
        assert_eq!(polling.wait(), seconds(15));
    }

    fn no_answer(is_overload: bool, retry_after: Option<Duration>) -> NoAnswer {
        NoAnswer { error: unavailable("no response"), retry_after, is_overload }
    }

    #[test]
    fn an_overloaded_server_doubles_the_wait_until_there_is_an_answer() {
        let mut polling = Polling::new(seconds(5));
        polling.no_answer(&no_answer(false, None));
        assert_eq!(polling.wait(), seconds(5));
        let mut waits = Vec::new();
        for _ in 0..5 {
            polling.no_answer(&no_answer(true, None));
            waits.push(polling.wait().as_secs());
        }
        assert_eq!(waits, [10, 20, 40, 60, 60], "waits in seconds");
        polling.answered();
        assert_eq!(polling.wait(), seconds(5));
        polling.no_answer(&no_answer(false, Some(seconds(90))));
        assert_eq!(polling.wait(), seconds(90));
    }
}
