//! When a login ends, as a server said it ([`LoginEnd`]), and whether that was announced ([`Ending`]).

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::platform::time::Instant;

use crate::platform::clock::Now;

/// The longest time before the end at which [`SessionEvent::Ending`](super::events::SessionEvent::Ending) is emitted by default.
const LONGEST_AHEAD: Duration = Duration::from_secs(24 * 3600);
/// An end that moves by less has not moved.
const ROUNDING: Duration = Duration::from_secs(60);

/// What a server said about the end of a login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum LoginEnd {
    /// It said nothing.
    #[default]
    Unknown,
    /// It said that the login has no end.
    Never,
    /// Shared, so that tokens stay small.
    At(Arc<End>),
}

/// The end of a login.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// By the clock of this machine, in whole milliseconds, as it is stored.
    pub(crate) at: SystemTime,
    /// The same by the clock that never jumps.
    ticks: Instant,
    /// The time between the answer that named the end and the end itself.
    pub(crate) lifetime: Duration,
}

/// Compares without `ticks`, because two readings of the clocks give different `ticks` for the same end.
impl PartialEq for End {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.lifetime) == (other.at, other.lifetime)
    }
}

impl Eq for End {}

impl LoginEnd {
    /// The end of a login for which the server has just named this lifetime. Zero means that there is no end, as in
    /// Keycloak.
    pub(crate) fn after(lifetime: Duration) -> Self {
        let milliseconds = lifetime.as_millis();
        if milliseconds == 0 {
            return Self::Never;
        }
        let since = Now::read().wall.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let at = u64::try_from(since.saturating_add(milliseconds)).ok().map(Duration::from_millis);
        // If a clock cannot represent the end, the login has none.
        let end = at.and_then(|at| End::read(UNIX_EPOCH.checked_add(at)?, lifetime));
        end.map_or(Self::Never, Self::from)
    }

    /// An answer that says nothing leaves the end as it was.
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
    /// Creates an end from a time of the wall clock. `None` if the clock that never jumps cannot represent it.
    pub(crate) fn read(at: SystemTime, lifetime: Duration) -> Option<Self> {
        let left = at.duration_since(Now::read().wall).unwrap_or_default();
        Some(Self { at, ticks: Instant::now().checked_add(left)?, lifetime })
    }

    /// The same end, if it was named at `received`.
    pub(crate) fn named_at(self, received: Instant) -> Self {
        Self { ticks: received.checked_add(self.lifetime).unwrap_or(self.ticks), ..self }
    }
}

/// The time at which an end is announced, by both clocks.
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

    /// A machine that sleeps shows it on the wall clock only.
    pub(super) fn is_past(self) -> bool {
        let now = Now::read();
        self.ticks <= now.ticks || self.at <= now.wall
    }
}

/// What a session knows about the announcement of its end.
#[derive(Default)]
pub(super) struct Ending {
    ahead: OnceLock<Duration>,
    announced: Mutex<Option<Announced>>,
}

impl Ending {
    /// How long before its end a login is announced. Only the first call has an effect.
    pub(super) fn set_ahead(&self, ahead: Duration) {
        let _ = self.ahead.set(ahead);
    }

    /// When `end` is to be announced, unless it was. `epoch`: that of its login.
    pub(super) fn next(&self, epoch: u64, end: End) -> Option<Due> {
        if self.announced().is_some_and(|announced| announced.covers(epoch, end)) {
            return None;
        }
        let usual = || (end.lifetime / 10).min(LONGEST_AHEAD);
        Some(Due::before(end, self.ahead.get().copied().unwrap_or_else(usual)))
    }

    /// Whether the caller is to announce `end`: no other caller did.
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

/// The end that was announced last.
#[derive(Clone, Copy)]
struct Announced {
    epoch: u64,
    end: Instant,
}

impl Announced {
    /// Whether `end` needs no announcement of its own. A server that always means the same moment names the whole seconds
    /// that are left, so the end seems to move a little with each refresh.
    fn covers(self, epoch: u64, end: End) -> bool {
        let moved = end.ticks.saturating_duration_since(self.end);
        self.epoch == epoch && moved <= ROUNDING.min(end.lifetime / 10)
    }
}
