//! The memory of a failed refresh: for a while everybody gets its error instead of asking again.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// What a server may ask for with `Retry-After`.
const LONGEST_ASKED: Duration = Duration::from_secs(5 * 60);

#[derive(Default)]
pub(crate) struct Memo {
    last: Option<(Error, Instant)>,
    failures: u32,
}

impl Memo {
    /// The remembered error, while it holds. After that one caller may try again; if that fails too, the
    /// wait doubles.
    pub(crate) fn active(&self, now: Instant) -> Option<Error> {
        self.last.as_ref().filter(|(_, until)| now < *until).map(|(error, _)| error.clone())
    }

    /// Waits 1 s, 2 s, 4 s … 60 s, give or take a tenth; what the server asked for, if it did.
    pub(crate) fn remember(&mut self, error: Error, retry_after: Option<Duration>, now: Instant, roll: f64) {
        let wait = retry_after.map_or_else(
            || {
                let doubled = FIRST_WAIT.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX));
                doubled.min(LONGEST_WAIT).mul_f64(0.9 + 0.2 * roll.clamp(0.0, 1.0))
            },
            |asked| asked.clamp(FIRST_WAIT, LONGEST_ASKED),
        );
        self.failures = self.failures.saturating_add(1);
        self.last = now.checked_add(wait).map(|until| (error, until));
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}
