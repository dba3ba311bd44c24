//! [`Now`] contains readings of the monotonic clock and the wall clock that were taken at the same moment.

use std::time::{Duration, SystemTime};

use crate::platform::time::{Instant, wall};

/// The session measures time with `ticks`, a clock that never jumps but stops while the machine sleeps. Only `wall`
/// includes the time that the machine spent asleep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) ticks: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    pub(crate) fn read() -> Self {
        Self { ticks: Instant::now(), wall: wall() }
    }

    /// Returns how much further the wall clock has advanced than the monotonic clock since `then`. Returns zero if the
    /// wall clock was set back.
    pub(crate) fn slept_since(self, then: Self) -> Duration {
        let wall = self.wall.duration_since(then.wall).unwrap_or_default();
        wall.saturating_sub(self.ticks.saturating_duration_since(then.ticks))
    }
}
