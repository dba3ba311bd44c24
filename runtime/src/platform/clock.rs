//! Defines [`Now`]: the two clocks of a machine at the same moment.

use std::time::{Duration, SystemTime};

use crate::platform::time::{Instant, wall};

/// The readings of both clocks at one moment. The session measures time with `ticks`, which never jumps but stops
/// while the machine sleeps. Only `wall` shows that the machine slept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) ticks: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    pub(crate) fn read() -> Self {
        Self { ticks: Instant::now(), wall: wall() }
    }

    /// Returns by how much the wall clock has advanced more than the monotonic clock since `then`. The result is
    /// zero if the wall clock was set back.
    pub(crate) fn slept_since(self, then: Self) -> Duration {
        let wall = self.wall.duration_since(then.wall).unwrap_or_default();
        wall.saturating_sub(self.ticks.saturating_duration_since(then.ticks))
    }
}
