//! When a login ends, as a server said it ([`LoginEnd`]), and whether that was announced ([`Ending`]).

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

/// The longest time before the end at which [`SessionEvent::Ending`](super::events::SessionEvent::Ending) is emitted by default.
const LONGEST_AHEAD: Duration = Duration::from_secs(24 * 3600);
/// An end that moves by less has not moved.
const ROUNDING: Duration = Duration::from_secs(60);

/// What a server said about the end of a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LoginEnd {
    /// It said nothing.
    #[default]
    Unknown,
    /// It said that the login has no end.
    Never,
    At(End),
}

/// The end of a login, by the clock of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) at: SystemTime,
    /// The time from the answer that named the end to the end.
    pub(crate) lifetime: Duration,
}

impl LoginEnd {
    /// The server named a lifetime just now. Zero means that there is no end, as Keycloak says it.
    pub(crate) fn after(lifetime: Duration) -> Self {
        if lifetime.is_zero() {
            return Self::Never;
        }
        // An end that the clock cannot represent is none.
        SystemTime::now().checked_add(lifetime).map_or(Self::Never, |at| Self::At(End { at, lifetime }))
    }

    /// An answer that says nothing leaves the end as it was.
    pub(crate) fn or(self, previous: Self) -> Self {
        if self == Self::Unknown { previous } else { self }
    }
}

impl End {
    /// When to announce the end. `ahead`: how long before it, if the user chose that.
    fn announced_at(self, ahead: Option<Duration>) -> SystemTime {
        let ahead = ahead.unwrap_or_else(|| (self.lifetime / 10).min(LONGEST_AHEAD));
        self.at.checked_sub(ahead).unwrap_or(SystemTime::UNIX_EPOCH)
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
    pub(super) fn next(&self, epoch: u64, end: End) -> Option<SystemTime> {
        let announced = self.announced().is_some_and(|announced| announced.covers(epoch, end));
        (!announced).then(|| end.announced_at(self.ahead.get().copied()))
    }

    /// Whether the caller is to announce `end`: no other caller did.
    pub(super) fn take(&self, epoch: u64, end: End) -> bool {
        let mut announced = self.announced();
        let first = !announced.is_some_and(|announced| announced.covers(epoch, end));
        if first {
            *announced = Some(Announced { epoch, at: end.at });
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
    at: SystemTime,
}

impl Announced {
    /// Whether `end` needs no announcement of its own. A server that always means the same moment names the whole seconds
    /// that are left, so the end seems to move a little with each refresh.
    fn covers(self, epoch: u64, end: End) -> bool {
        let moved = end.at.duration_since(self.at).unwrap_or_default();
        self.epoch == epoch && moved <= ROUNDING.min(end.lifetime / 10)
    }
}
