//! Stores the error from a failed refresh. During the backoff period after a failed refresh, calls return the stored
//! error instead of starting another refresh.

use std::time::Duration;

use crate::error::Error;
use crate::platform::backoff::doubled;
use crate::platform::time::Instant;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The maximum wait that a server can request with `Retry-After`.
const LONGEST_ASKED: Duration = Duration::from_secs(5 * 60);

#[derive(Default)]
#[cfg_attr(test, derive(Clone))]
pub(crate) struct FailureBackoff {
    last: Option<Failure>,
    failures: u32,
}

#[cfg_attr(test, derive(Clone))]
struct Failure {
    error: Error,
    until: Instant,
    /// The time from which manual refreshes are allowed.
    until_for_manual: Instant,
}

impl FailureBackoff {
    /// Returns the error from the last failed refresh, or `None` if the backoff period is over. After the backoff
    /// period, one call can start a refresh. Each subsequent failure doubles the backoff period.
    pub(crate) fn active(&self, now: Instant) -> Option<Error> {
        self.last.as_ref().filter(|last| now < last.until).map(|last| last.error.clone())
    }

    /// Returns the error from the last failed refresh, or `None` if a manual refresh is allowed. After a failed
    /// refresh, a manual refresh is allowed after 1 s, or after a longer wait if the server requested one with
    /// `Retry-After`.
    pub(crate) fn active_for_manual(&self, now: Instant) -> Option<Error> {
        self.last.as_ref().filter(|last| now < last.until_for_manual).map(|last| last.error.clone())
    }

    pub(crate) fn until(&self) -> Option<Instant> {
        self.last.as_ref().map(|last| last.until)
    }

    /// Records a failed refresh. The backoff period starts at 1 s, doubles with each failure up to 60 s, and varies
    /// randomly by up to 10 %. If the response contains `Retry-After`, the requested wait is used as the backoff
    /// period.
    pub(crate) fn record_failure(
        &mut self,
        error: Error,
        retry_after: Option<Duration>,
        now: Instant,
        jitter: f64,
    ) {
        let soon = now.checked_add(FIRST_WAIT);
        // A manual refresh that fails during the backoff period does not double the period.
        let waiting = self.last.as_ref().map(|last| last.until).filter(|until| now < *until);
        let (until, until_for_manual) = match (retry_after, waiting) {
            (Some(asked), _) => {
                let until = now.checked_add(asked.clamp(FIRST_WAIT, LONGEST_ASKED));
                (until, until)
            }
            (None, Some(waiting)) => (soon.max(Some(waiting)), soon),
            (None, None) => {
                let until = now.checked_add(self.next_wait(jitter));
                (until, until.min(soon))
            }
        };
        if waiting.is_none() {
            self.failures = self.failures.saturating_add(1);
        }
        self.last = until.zip(until_for_manual).map(|(until, until_for_manual)| Failure {
            error,
            until,
            until_for_manual,
        });
    }

    #[cfg(test)]
    pub(super) fn term(&self) -> (Option<(Instant, Instant)>, u32) {
        (self.last.as_ref().map(|last| (last.until, last.until_for_manual)), self.failures)
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn next_wait(&self, jitter: f64) -> Duration {
        doubled(FIRST_WAIT, self.failures, LONGEST_WAIT).mul_f64(0.9 + 0.2 * jitter.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    /// D13: failed manual refreshes do not double the backoff period for calls.
    #[test]
    fn manual_attempts_do_not_double_the_wait_of_calls() {
        let (mut backoff, start) = (FailureBackoff::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        let fail = |backoff: &mut FailureBackoff, millis| {
            backoff.record_failure(Error::new(Kind::Refresh, "on purpose"), None, at(millis), 0.5);
            backoff.until().unwrap().duration_since(start).as_millis()
        };
        assert_eq!(
            [fail(&mut backoff, 0), fail(&mut backoff, 1_000), fail(&mut backoff, 3_000)],
            [1_000, 3_000, 7_000],
            "ends of the waits, in milliseconds"
        );
        for by_hand in [4_000, 5_000, 6_000] {
            assert!(
                backoff.active(at(by_hand)).is_some() && backoff.active_for_manual(at(by_hand)).is_none()
            );
            assert_eq!(fail(&mut backoff, by_hand), 7_000);
        }
        assert_eq!(
            fail(&mut backoff, 6_500),
            7_500,
            "the backoff period ends at least 1 s after the last attempt"
        );
        assert_eq!(fail(&mut backoff, 7_500), 15_500, "a wait of 8 s follows a wait of 4 s");
    }
}
