//! What the two clocks of a machine say at the same moment: [`Now`].

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// One moment. The session reckons with `ticks`, which never jump; but they stand still while the machine
/// sleeps, and only `wall` gives that away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) ticks: Instant,
    pub(crate) wall: SystemTime,
}

impl Now {
    pub(crate) fn read() -> Self {
        Self { ticks: Instant::now(), wall: SystemTime::now() }
    }

    /// By how much the wall clock went further than the other one since `then`; nothing if it went back.
    pub(crate) fn slept_since(self, then: Self) -> Duration {
        let wall = self.wall.duration_since(then.wall).unwrap_or_default();
        wall.saturating_sub(self.ticks.saturating_duration_since(then.ticks))
    }
}
