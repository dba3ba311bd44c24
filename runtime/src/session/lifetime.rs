//! Estimates how long an access token is valid.

use std::time::Duration;

use crate::platform::clock::Now;
use crate::platform::time::Instant;

/// A background refresh starts at most `MARGIN`, plus up to 20 % jitter, before the access token expires.
const MARGIN: Duration = Duration::from_secs(30);
/// A call whose request body can be sent only once waits for a refresh if the access token expires within
/// `MARGIN_ONCE`.
const MARGIN_ONCE: Duration = Duration::from_secs(120);
/// If the wall clock and the monotonic clock differ by more than this duration, the machine must have been suspended.
const SLEPT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
pub(crate) struct Lifetime {
    received: Now,
    length: Duration,
    ends: Instant,
    due: Instant,
    due_once: Instant,
    /// Whether the server sent the lifetime. If the lifetime is a guess, calls use the token until the server refuses
    /// it.
    certain: bool,
}

/// How close an access token is to expiring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Fresh,
    Expiring,
    /// The token might have expired, so a call waits for a refresh before it is sent. If the refresh fails, the call is
    /// sent with the old token.
    MaybeExpired,
    Expired,
}

impl Lifetime {
    /// Creates a lifetime. `jitter` (in `0.0..1.0`) spreads out the refreshes of clients that logged in at the same
    /// time. Returns `None` if the clock cannot represent the expiry.
    pub(crate) fn new(lifetime: Duration, certain: bool, received: Now, jitter: f64) -> Option<Self> {
        let ends = received.ticks.checked_add(lifetime)?;
        let margin = MARGIN.min(lifetime / 5).mul_f64(1.0 + 0.2 * jitter.clamp(0.0, 1.0));
        let once = MARGIN_ONCE.min(lifetime / 2);
        Some(Self {
            received,
            length: lifetime,
            ends,
            due: ends.checked_sub(margin)?,
            due_once: ends.checked_sub(once)?,
            certain,
        })
    }

    /// Whether the token has definitely expired.
    pub(crate) fn is_expired(&self, now: Instant) -> bool {
        self.certain && now >= self.ends
    }

    pub(crate) fn refresh_at(&self) -> Instant {
        self.due
    }

    /// `once` is true if the call's request body can be sent only once.
    pub(crate) fn age(&self, now: Now, once: bool) -> Age {
        let over = now.ticks >= self.ends;
        if over && self.certain {
            Age::Expired
        } else if over || self.ended_during_sleep(now) || once && now.ticks >= self.due_once {
            Age::MaybeExpired
        } else if now.ticks >= self.due {
            Age::Expiring
        } else {
            Age::Fresh
        }
    }

    /// Whether the token's lifetime ended while the machine was suspended. The result can be wrong, because setting the
    /// wall clock forward looks the same as a suspension.
    fn ended_during_sleep(&self, now: Now) -> bool {
        now.wall.duration_since(self.received.wall).is_ok_and(|age| age >= self.length)
            && now.slept_since(self.received) > SLEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::time::wall;

    const HOUR: Duration = seconds(3600);
    const DAY: Duration = seconds(24 * 3600);

    const fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn start() -> Now {
        Now { ticks: Instant::now(), wall: wall() }
    }

    fn later(now: Now, ticks: Duration, wall: Duration) -> Now {
        Now { ticks: now.ticks + ticks, wall: now.wall + wall }
    }

    fn hour(received: Now) -> Lifetime {
        Lifetime::new(HOUR, true, received, 0.0).unwrap()
    }

    /// H8: the lifetime is measured with the monotonic clock, from the time at which the token was received. Setting
    /// back the wall clock does not affect the measured lifetime.
    #[test]
    fn a_wall_clock_that_is_set_back_changes_nothing() {
        let received = start();
        let back = |ticks| Now { ticks: received.ticks + ticks, wall: received.wall - DAY };
        assert_eq!(hour(received).age(back(HOUR / 2), false), Age::Fresh);
        assert_eq!(hour(received).age(back(seconds(3580)), false), Age::Expiring);
        assert_eq!(hour(received).age(back(HOUR), false), Age::Expired);
    }

    /// H8, H9: setting the wall clock forward causes at most one refresh. The refreshed token's lifetime starts at the
    /// current time.
    #[test]
    fn a_wall_clock_that_is_set_forward_costs_one_refresh() {
        let received = start();
        let forward = later(received, Duration::from_secs(1), DAY);
        assert_eq!(hour(received).age(forward, false), Age::MaybeExpired);
        assert!(!hour(received).is_expired(forward.ticks));
        let refreshed = hour(forward);
        assert_eq!(refreshed.age(later(forward, HOUR / 2, HOUR / 2), false), Age::Fresh);
    }

    /// H9: the monotonic clock stops while the machine sleeps. Only the wall clock shows that a token expired while the
    /// machine was asleep.
    #[test]
    fn a_token_that_expired_during_sleep_may_have_expired() {
        let received = start();
        let minute = seconds(60);
        let cases = [
            (minute, HOUR, Age::MaybeExpired),
            (minute, DAY, Age::MaybeExpired),
            (minute, HOUR / 2, Age::Fresh),
            // A difference of up to a minute between the clocks is not treated as a suspension, because clocks always
            // differ slightly.
            (seconds(3540), HOUR, Age::Fresh),
            (seconds(3539), HOUR, Age::MaybeExpired),
        ];
        for (ticks, wall, age) in cases {
            assert_eq!(hour(received).age(later(received, ticks, wall), false), age, "{ticks:?} {wall:?}");
        }
    }

    /// H10: the end of a guessed lifetime does not mean that the token has expired. The server decides whether the
    /// token is valid.
    #[test]
    fn a_guessed_expiry_is_never_certain() {
        let received = start();
        let guessed = Lifetime::new(HOUR, false, received, 0.0).unwrap();
        let past = later(received, DAY, DAY);
        assert_eq!(
            (guessed.age(past, false), guessed.is_expired(past.ticks)),
            (Age::MaybeExpired, false),
            "age() and is_expired()"
        );
        let gone = Lifetime::new(Duration::ZERO, false, received, 0.0).unwrap();
        assert_eq!(gone.age(received, false), Age::MaybeExpired);
    }

    /// L6: a call whose request body can be sent only once waits for a refresh earlier in the token's lifetime than
    /// other calls do.
    #[test]
    fn a_one_shot_body_has_a_larger_margin() {
        let received = start();
        let at = |second| later(received, seconds(second), seconds(second));
        assert_eq!(hour(received).age(at(3510), true), Age::MaybeExpired);
        assert_eq!(hour(received).age(at(3510), false), Age::Fresh);
        assert_eq!(hour(received).age(at(3479), true), Age::Fresh);
        let short = Lifetime::new(seconds(60), true, received, 0.0).unwrap();
        assert_eq!(
            [29, 30].map(|second| short.age(at(second), true)),
            [Age::Fresh, Age::MaybeExpired],
            "age of the token after 29 s and after 30 s"
        );
    }

    /// H12: if a thousand clients log in at the same time, their refreshes are spread evenly over 6 s.
    #[test]
    fn the_refreshes_of_many_clients_are_spread_evenly() {
        let received = start();
        let mut margins = Vec::new();
        for seed in 0..1000 {
            let jitter = fastrand::Rng::with_seed(seed).f64();
            let due = Lifetime::new(HOUR, true, received, jitter).unwrap().refresh_at();
            margins.push((received.ticks + HOUR).duration_since(due).as_millis());
        }
        assert!(margins.iter().all(|margin| (29_999..=36_001).contains(margin)));
        for start in (30_000..36_000).step_by(600) {
            let here = margins.iter().filter(|margin| (start..start + 600).contains(*margin)).count();
            assert!((60..=140).contains(&here), "{here} refreshes start within 600 ms of {start} ms");
        }
    }
}
