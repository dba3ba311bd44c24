//! Records when a login ends ([`LoginEnd`]), and whether the session has emitted the event for that end ([`Ending`]).

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::platform::time::Instant;

use crate::platform::clock::Now;

/// The upper limit of the default interval between [`SessionEvent::Ending`](super::events::SessionEvent::Ending) and
/// the end of a login.
const LONGEST_AHEAD: Duration = Duration::from_secs(24 * 3600);
/// The largest change to the end of a login that is ignored.
const ROUNDING: Duration = Duration::from_secs(60);

/// The end of a login, as the server reported it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum LoginEnd {
    /// The server did not report when the login ends.
    #[default]
    Unknown,
    /// The server reported that the login has no end.
    Never,
    /// The server sent the end of the login. The end is stored in an `Arc` to keep tokens small.
    At(Arc<End>),
}

/// The end of a login.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The end of the login by this machine's wall clock, in whole milliseconds, because a store keeps milliseconds.
    pub(crate) at: SystemTime,
    /// The end of the login by the monotonic clock.
    ticks: Instant,
    /// The time between the response that contained the end and the end itself.
    pub(crate) lifetime: Duration,
}

/// Compares two ends without `ticks`, because `ticks` is different each time the same end is computed from the clocks.
impl PartialEq for End {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.lifetime) == (other.at, other.lifetime)
    }
}

impl Eq for End {}

impl LoginEnd {
    /// Creates the end of a login from a lifetime that the server has just sent. As in Keycloak, a lifetime of zero
    /// means that the login has no end.
    pub(crate) fn after(lifetime: Duration) -> Self {
        let milliseconds = lifetime.as_millis();
        if milliseconds == 0 {
            return Self::Never;
        }
        let since = Now::read().wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let at = u64::try_from(since.saturating_add(milliseconds)).ok().map(Duration::from_millis);
        // If a clock cannot represent the end, the login is treated as having no end.
        let end = at.and_then(|at| End::read(UNIX_EPOCH.checked_add(at)?, lifetime));
        end.map_or(Self::Never, Self::from)
    }

    /// Returns this end, or `previous` if the server did not report when the login ends.
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
    /// Creates the end of a login from a wall-clock time. Returns `None` if the monotonic clock cannot represent this
    /// time.
    pub(crate) fn read(at: SystemTime, lifetime: Duration) -> Option<Self> {
        let left = at.duration_since(Now::read().wall).unwrap_or_default();
        Some(Self { at, ticks: Instant::now().checked_add(left)?, lifetime })
    }

    /// Returns this end, with the monotonic time computed from the time at which the response was received.
    pub(crate) fn named_at(self, received: Instant) -> Self {
        Self { ticks: received.checked_add(self.lifetime).unwrap_or(self.ticks), ..self }
    }
}

/// The time at which the session emits the event for an end, according to both the wall clock and the monotonic clock.
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

    /// Whether the event for the end is due. Both clocks are compared, because the monotonic clock stops while the
    /// machine sleeps.
    pub(super) fn is_past(self) -> bool {
        let now = Now::read();
        self.ticks <= now.ticks || self.at <= now.wall
    }
}

/// How long before the end a session emits `Ending`, and the last end that it has emitted `Ending` for.
#[derive(Default)]
pub(super) struct Ending {
    ahead: OnceLock<Duration>,
    announced: Mutex<Option<Announced>>,
}

impl Ending {
    /// Sets how long before the end of a login the session emits `Ending`. Calling this method again has no effect.
    pub(super) fn set_ahead(&self, ahead: Duration) {
        let _ = self.ahead.set(ahead);
    }

    /// Returns when the event for `end` must be emitted, or `None` if it was already emitted. `epoch` is the epoch of
    /// the login that ends.
    pub(super) fn next(&self, epoch: u64, end: End) -> Option<Due> {
        if self.announced().is_some_and(|announced| announced.covers(epoch, end)) {
            return None;
        }
        let usual = || (end.lifetime / 10).min(LONGEST_AHEAD);
        Some(Due::before(end, self.ahead.get().copied().unwrap_or_else(usual)))
    }

    /// Whether the caller must emit the event for `end`. Only one caller receives `true`.
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

/// The end for which the session emitted the last `Ending` event.
#[derive(Clone, Copy)]
struct Announced {
    epoch: u64,
    end: Instant,
}

impl Announced {
    /// Whether `end` is the end for which the event was emitted, ignoring rounding differences. If the end of a login
    /// is fixed, the server sends the remaining lifetime in whole seconds, so the computed end changes slightly with
    /// each refresh.
    fn covers(self, epoch: u64, end: End) -> bool {
        let moved = end.ticks.saturating_duration_since(self.end);
        self.epoch == epoch && moved <= ROUNDING.min(end.lifetime / 10)
    }
}
