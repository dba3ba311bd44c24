//! Records when a login ends ([`LoginEnd`]), and whether the `Ending` event was emitted ([`Ending`]).

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::platform::time::Instant;

use crate::platform::clock::Now;

/// The upper limit of the default time between the [`SessionEvent::Ending`](super::events::SessionEvent::Ending) event
/// and the end of a login.
const LONGEST_AHEAD: Duration = Duration::from_secs(24 * 3600);
/// The largest change in a login's end that is treated as a rounding error.
const ROUNDING: Duration = Duration::from_secs(60);

/// The time at which a login ends, as reported by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum LoginEnd {
    #[default]
    Unknown,
    Never,
    /// The end is stored in an `Arc` so that `Tokens` stays small.
    At(Arc<End>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The end of the login according to this machine's wall clock, in whole milliseconds (the precision of a store).
    pub(crate) at: SystemTime,
    /// The end of the login according to the monotonic clock.
    ticks: Instant,
    /// The time from the server's response until the end of the login, as reported in the response.
    pub(crate) lifetime: Duration,
}

/// Ignores `ticks` when it compares two ends of a login, because `ticks` differs slightly each time the same end is
/// computed.
impl PartialEq for End {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.lifetime) == (other.at, other.lifetime)
    }
}

impl Eq for End {}

impl LoginEnd {
    /// Computes the end of a login from the lifetime that the server has just sent. As in Keycloak, a lifetime of zero
    /// means that the login has no end.
    pub(crate) fn after(lifetime: Duration) -> Self {
        let milliseconds = lifetime.as_millis();
        if milliseconds == 0 {
            return Self::Never;
        }
        let since = Now::read().wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let at = u64::try_from(since.saturating_add(milliseconds)).ok().map(Duration::from_millis);
        // If a clock cannot represent the end of the login, the login is treated as having no end.
        let end = at.and_then(|at| End::read(UNIX_EPOCH.checked_add(at)?, lifetime));
        end.map_or(Self::Never, Self::from)
    }

    /// Returns this login end, or `previous` if the server did not report when the login ends.
    pub(crate) fn or(self, previous: &Self) -> Self {
        if self == Self::Unknown { previous.clone() } else { self }
    }
}

impl From<End> for LoginEnd {
    fn from(end: End) -> Self {
        Self::At(Arc::new(end))
    }
}

impl End {
    /// Converts a wall-clock time to the end of a login. Returns `None` if the monotonic clock cannot represent the
    /// wall-clock time.
    pub(crate) fn read(at: SystemTime, lifetime: Duration) -> Option<Self> {
        let left = at.duration_since(Now::read().wall).unwrap_or_default();
        Some(Self { at, ticks: Instant::now().checked_add(left)?, lifetime })
    }

    /// Returns this login end with its monotonic time set to `received` plus the login's lifetime.
    pub(crate) fn named_at(self, received: Instant) -> Self {
        Self { ticks: received.checked_add(self.lifetime).unwrap_or(self.ticks), ..self }
    }
}

/// The time at which the `Ending` event is due, according to both the wall clock and the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    at: SystemTime,
    pub(super) ticks: Instant,
}

impl Due {
    fn before(end: End, ahead: Duration) -> Self {
        let now = Instant::now();
        Self {
            at: end.at.checked_sub(ahead).unwrap_or(UNIX_EPOCH),
            ticks: end.ticks.checked_sub(ahead).unwrap_or(now),
        }
    }

    /// Whether the `Ending` event is due. The wall clock is also checked, because the monotonic clock stops while the
    /// machine sleeps.
    pub(super) fn is_past(self) -> bool {
        let now = Now::read();
        self.ticks <= now.ticks || self.at <= now.wall
    }
}

/// Stores how long before the end of a login the `Ending` event is emitted, and the login end for which this event was
/// last emitted.
#[derive(Default)]
pub(super) struct Ending {
    ahead: OnceLock<Duration>,
    announced: Mutex<Option<Announced>>,
}

impl Ending {
    /// Only the first call to this method has an effect.
    pub(super) fn set_ahead(&self, ahead: Duration) {
        let _ = self.ahead.set(ahead);
    }

    /// Returns the time at which the `Ending` event for `end` is due, or `None` if the event was already emitted.
    /// `epoch` is the epoch of the login that ends at `end`.
    pub(super) fn next(&self, epoch: u64, end: End) -> Option<Due> {
        if self.announced().is_some_and(|announced| announced.covers(epoch, end)) {
            return None;
        }
        let usual = || (end.lifetime / 10).min(LONGEST_AHEAD);
        Some(Due::before(end, self.ahead.get().copied().unwrap_or_else(usual)))
    }

    /// Whether the caller must emit the `Ending` event for `end`. For each login end, only one caller receives `true`.
    pub(super) fn take(&self, epoch: u64, end: End) -> bool {
        let mut announced = self.announced();
        let first = !announced.is_some_and(|announced| announced.covers(epoch, end));
        if first {
            *announced = Some(Announced { epoch, end: end.ticks });
        }
        first
    }

    fn announced(&self) -> MutexGuard<'_, Option<Announced>> {
        self.announced.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The login end for which the session last emitted `Ending`.
#[derive(Clone, Copy)]
struct Announced {
    epoch: u64,
    end: Instant,
}

impl Announced {
    /// Whether `Ending` was already emitted for `end`, ignoring rounding differences. A server sends the remaining
    /// lifetime in whole seconds, so the computed end of a login changes slightly with each refresh.
    fn covers(self, epoch: u64, end: End) -> bool {
        let moved = end.ticks.saturating_duration_since(self.end);
        self.epoch == epoch && moved <= ROUNDING.min(end.lifetime / 10)
    }
}
