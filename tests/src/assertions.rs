//! Assertions on what the doubles counted. A failing one says what was expected, what was seen, and lists the requests.

use std::fmt;

use crate::authority::Authority;
use crate::authority_config::Role;
use crate::seen::Seen;
use crate::stage::Stage;

impl Stage {
    /// Fails the test unless this many requests have arrived.
    ///
    /// # Panics
    ///
    /// Panics if another number arrived.
    #[track_caller]
    pub fn assert_sends(&self, expected: usize) {
        assert_count(expected, self.sends(), "requests at the API", &self.log());
    }
}

impl Authority {
    /// Fails the test unless this many requests have arrived at the refresh endpoint, successful or not.
    ///
    /// # Panics
    ///
    /// Panics if another number arrived.
    #[track_caller]
    pub fn assert_refreshes(&self, expected: usize) {
        let requests = self.requests(Role::Refresh);
        assert_count(expected, requests.len(), "requests at the refresh endpoint", &requests);
    }

    /// Fails the test unless this many refreshes have issued tokens.
    ///
    /// # Panics
    ///
    /// Panics if the number is different.
    #[track_caller]
    pub fn assert_granted(&self, expected: usize) {
        let requests = self.requests(Role::Refresh);
        assert_count(expected, self.granted(), "refreshes that issued tokens", &requests);
    }

    /// Fails the test unless this many logins have arrived.
    ///
    /// # Panics
    ///
    /// Panics if another number arrived.
    #[track_caller]
    pub fn assert_logins(&self, expected: usize) {
        assert_count(expected, self.logins(), "logins", &self.requests(Role::Login));
    }

    /// Fails the test unless this many logouts have arrived.
    ///
    /// # Panics
    ///
    /// Panics if another number arrived.
    #[track_caller]
    pub fn assert_logouts(&self, expected: usize) {
        assert_count(expected, self.logouts(), "logouts", &self.requests(Role::Logout));
    }

    /// Fails the test unless a spent refresh token was presented this many times after its answer was lost.
    ///
    /// # Panics
    ///
    /// Panics if it was presented more or less often.
    #[track_caller]
    pub fn assert_retries_after_lost_answer(&self, expected: usize) {
        let (seen, requests) = (self.retries_after_lost_answer(), self.requests(Role::Refresh));
        assert_count(expected, seen, "refresh tokens sent again after a lost answer", &requests);
    }

    /// Fails the test unless at most this many refreshes were in progress at the same time, and once exactly as many.
    ///
    /// # Panics
    ///
    /// Panics if the largest number is different.
    #[track_caller]
    pub fn assert_max_concurrent_refreshes(&self, expected: usize) {
        let (seen, requests) = (self.max_concurrent_refreshes(), self.requests(Role::Refresh));
        assert_count(expected, seen, "refreshes at the same time", &requests);
    }

    /// Fails the test unless clients presented this many refresh tokens that they knew to be spent.
    ///
    /// # Panics
    ///
    /// Panics if the number is different.
    #[track_caller]
    pub fn assert_reuses(&self, expected: usize) {
        let (seen, requests) = (self.reuses(), self.requests(Role::Refresh));
        assert_count(expected, seen, "spent refresh tokens presented again", &requests);
    }

    /// Says that this test makes the client present a spent refresh token this many times. The check on drop then requires
    /// exactly this number instead of none.
    pub fn expect_reuses(&self, count: usize) {
        self.state().expected_reuses = count;
    }

    /// The check that runs when the first value of an authority is dropped.
    pub(crate) fn check_reuses(&self) {
        let expected = self.state().expected_reuses;
        self.assert_reuses(expected);
    }
}

#[track_caller]
fn assert_count(expected: usize, seen: usize, what: &str, requests: &[Seen]) {
    assert!(expected == seen, "{what}: expected {expected}, saw {seen}\n{}", First(requests));
}

/// The first requests of a list, one on each line.
struct First<'a>(&'a [Seen]);

impl fmt::Display for First<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 30;
        for seen in self.0.iter().take(SHOWN) {
            writeln!(f, "  {seen:?}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more"),
        }
    }
}
