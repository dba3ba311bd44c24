//! Provides the system clocks and Tokio's timers. Tests can pause Tokio's clock, but not [`RealInstant`] or the wall
//! clock.

/// A monotonic clock that tests cannot pause.
pub(crate) use std::time::Instant as RealInstant;
use std::time::SystemTime;

pub(crate) use tokio::time::error::Elapsed;
pub(crate) use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout, timeout_at};

#[expect(clippy::disallowed_methods, reason = "this file is not compiled for a browser")]
pub(crate) fn real_now() -> RealInstant {
    RealInstant::now()
}

/// Returns the current wall-clock time.
#[expect(clippy::disallowed_methods, reason = "this file is not compiled for a browser")]
pub(crate) fn wall() -> SystemTime {
    SystemTime::now()
}
