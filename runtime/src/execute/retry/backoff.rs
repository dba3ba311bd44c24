//! Computes the wait time before a call's next attempt.

use std::time::Duration;

use crate::platform::backoff::doubled;

/// Returns a wait time with full jitter: a random duration between zero and an upper limit. The upper limit of the wait
/// time starts at `base` and doubles with each retry, up to `most`. `retries` is the number of retries so far. `random`
/// is in `0.0..1.0`.
pub(super) fn wait(base: Duration, most: Duration, retries: u32, random: f64) -> Duration {
    doubled(base, retries, most).mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(100);
    const MOST: Duration = Duration::from_secs(20);

    #[test]
    fn the_ceiling_doubles_with_each_retry_up_to_the_longest_wait() {
        let ceilings: Vec<_> = (0..10).map(|retries| wait(BASE, MOST, retries, 1.0).as_millis()).collect();
        assert_eq!(
            ceilings,
            [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000],
            "longest waits in milliseconds"
        );
        assert_eq!(wait(BASE, MOST, u32::MAX, 1.0), MOST);
        assert_eq!(wait(Duration::MAX, Duration::MAX, 3, 0.0), Duration::ZERO);
    }

    /// For every seed, each tenth of the range from zero to the upper limit contains about a tenth of the wait times.
    #[test]
    fn waits_are_spread_evenly_between_zero_and_the_ceiling() {
        for seed in 0..20 {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut tenths = [0_u32; 10];
            for _ in 0..10_000 {
                let wait = wait(BASE, MOST, 2, random.f64());
                assert!(wait < BASE * 4);
                tenths[usize::try_from(wait.as_micros() / 40_000).unwrap()] += 1;
            }
            assert!(tenths.iter().all(|count| (850..1150).contains(count)), "seed {seed}: {tenths:?}");
        }
    }
}
