//! Computes wait times that double after each failure. Callers that need jitter add it to the computed wait times.
//!
//! The backoff types in other crates are stateful iterators, but a state machine needs a function that computes the
//! wait from the number of failures.

use std::time::Duration;

/// Returns `first`, doubled `times` times, but at most `longest`.
pub(crate) fn doubled(first: Duration, times: u32, longest: Duration) -> Duration {
    let factor = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest_wait() {
        let (first, longest) = (Duration::from_millis(100), Duration::from_secs(1));
        let waits: Vec<_> = (0..6).map(|times| doubled(first, times, longest).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000], "waits in milliseconds");
        assert_eq!(doubled(first, u32::MAX, longest), longest);
        assert_eq!(doubled(Duration::MAX, 3, Duration::MAX), Duration::MAX);
    }
}
