//! The two clocks of a machine at the same moment: [`Now`].

use std::time::{Duration, SystemTime};

use crate::platform::time::{Instant, wall};

/// One moment. The session counts with `ticks`, which never jumps but stands still while the machine sleeps.
/// Only `wall` shows the sleep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) ticks: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    pub(crate) fn read() -> Self {
        Self { ticks: Instant::now(), wall: wall() }
    }

    /// How much more the wall clock advanced than the monotonic one since `then`. Zero if it went back.
    pub(crate) fn slept_since(self, then: Self) -> Duration {
        let wall = self.wall.duration_since(then.wall).unwrap_or_default();
        wall.saturating_sub(self.ticks.saturating_duration_since(then.ticks))
    }
}
