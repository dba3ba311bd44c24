//! Defines [`StoredEnd`], the form in which a store keeps the end of a login. All stored times are in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::login_end::{End, LoginEnd};
use super::stored_members::{Invalid, Members};
use crate::platform::clock::Now;

/// If `at` and `lifetime` are 0, the login does not end by itself.
#[derive(Clone, Copy, Serialize)]
pub(super) struct StoredEnd {
    /// The time at which the login ends, in milliseconds since 1970, according to the clock of the process that
    /// received the server's response.
    at: u64,
    lifetime: u64,
}

impl StoredEnd {
    pub(super) fn of(end: &LoginEnd) -> Option<Self> {
        match end {
            LoginEnd::Unknown => None,
            LoginEnd::Never => Some(Self { at: 0, lifetime: 0 }),
            LoginEnd::At(end) => Some(Self { at: since_1970(end.at), lifetime: millis(end.lifetime) }),
        }
    }

    pub(super) fn stored(end: Members<'_>) -> Result<Self, Invalid> {
        let at = end.number("at")?.ok_or(Invalid)?;
        Ok(Self { at, lifetime: end.number("lifetime")?.ok_or(Invalid)? })
    }

    /// Returns the time at which the login ends. The returned time is never later than the current time plus the
    /// lifetime that the server sent, even if the clock was set back.
    pub(super) fn read(self) -> LoginEnd {
        let lifetime = Duration::from_millis(self.lifetime);
        let at = UNIX_EPOCH.checked_add(Duration::from_millis(self.at)).filter(|_| self.at > 0);
        let farthest = Now::read().wall.checked_add(lifetime);
        let end = at.zip(farthest).and_then(|(at, farthest)| End::read(at.min(farthest), lifetime));
        end.map_or(LoginEnd::Never, LoginEnd::from)
    }
}

pub(super) fn since_1970(time: SystemTime) -> u64 {
    millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::time::wall;

    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn stored(end: &LoginEnd) -> StoredEnd {
        let stored = serde_json::to_value(StoredEnd::of(end).unwrap()).unwrap();
        StoredEnd::stored(Members::of(&stored).unwrap()).unwrap()
    }

    #[test]
    fn an_end_is_read_as_it_was_stored() {
        for end in [LoginEnd::Never, LoginEnd::after(DAY), LoginEnd::after(Duration::from_millis(1))] {
            assert_eq!(stored(&end).read(), end);
        }
        assert!(StoredEnd::of(&LoginEnd::Unknown).is_none());
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_move_the_end_away() {
        let mut stored = stored(&LoginEnd::after(DAY));
        stored.at += millis(30 * DAY);
        let LoginEnd::At(end) = stored.read() else { panic!("there is an end") };
        assert!(end.at <= wall() + DAY);
    }

    #[test]
    fn numbers_that_no_clock_can_represent_are_no_end() {
        assert_eq!(StoredEnd { at: 0, lifetime: 7 }.read(), LoginEnd::Never);
        // The range of the clock depends on the operating system. A stored number outside the clock's range must not
        // cause a panic.
        let _ = StoredEnd { at: u64::MAX, lifetime: u64::MAX }.read();
        for lifetime in [Duration::MAX, Duration::from_nanos(1), Duration::ZERO] {
            assert_eq!(LoginEnd::after(lifetime), LoginEnd::Never, "{lifetime:?}");
        }
    }
}
