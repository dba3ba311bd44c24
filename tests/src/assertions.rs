//! Assertions on the counters of the test doubles. The message of a failed assertion lists the expected count, the
//! actual count, and the requests.

use std::fmt;

use crate::authority::{Authority, State};
use crate::authority_config::Role;
use crate::seen::Seen;
use crate::stage::Stage;

impl Stage {
    /// Asserts that the API has received `expected` requests.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_sends(&self, expected: usize) {
        assert_count(expected, self.sends(), "requests at the API", &self.log());
    }
}

impl Authority {
    /// Asserts that the refresh endpoint has received `expected` requests, successful or not.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_refreshes(&self, expected: usize) {
        let requests = self.requests(Role::Refresh);
        assert_count(expected, requests.len(), "requests at the refresh endpoint", &requests);
    }

    /// Asserts that `expected` refreshes have issued tokens.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_granted(&self, expected: usize) {
        let requests = self.requests(Role::Refresh);
        assert_count(expected, self.granted(), "refreshes that issued tokens", &requests);
    }

    /// Asserts that the login endpoint has received `expected` requests.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_logins(&self, expected: usize) {
        assert_count(expected, self.logins(), "logins", &self.requests(Role::Login));
    }

    /// Asserts that the logout endpoint has received `expected` requests.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_logouts(&self, expected: usize) {
        assert_count(expected, self.logouts(), "logouts", &self.requests(Role::Logout));
    }

    /// Asserts that clients reused refresh tokens `expected` times because the response to the first use was lost.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_retries_after_lost_answer(&self, expected: usize) {
        let (seen, requests) = (self.retries_after_lost_answer(), self.requests(Role::Refresh));
        assert_count(expected, seen, "refresh tokens sent again after a lost answer", &requests);
    }

    /// Asserts that the maximum number of concurrent refreshes was `expected`.
    ///
    /// # Panics
    ///
    /// Panics if the actual maximum differs from `expected`.
    #[track_caller]
    pub fn assert_max_concurrent_refreshes(&self, expected: usize) {
        let (seen, requests) = (self.max_concurrent_refreshes(), self.requests(Role::Refresh));
        assert_count(expected, seen, "refreshes at the same time", &requests);
    }

    /// Asserts that clients reused refresh tokens `expected` times even though the response to the first use had
    /// arrived.
    ///
    /// # Panics
    ///
    /// Panics if the actual number differs from `expected`.
    #[track_caller]
    pub fn assert_reuses(&self, expected: usize) {
        let (seen, requests) = (self.reuses(), self.requests(Role::Refresh));
        assert_count(expected, seen, SPENT_TOKENS, &requests);
    }

    /// Sets the number of refresh token reuses that the test expects. The test fails if the number of reuses differs
    /// from `count` when the last clone of the `Authority` is dropped.
    pub fn expect_reuses(&self, count: usize) {
        self.state().expected_reuses = count;
    }
}

/// Whether a client can still send requests after a check of the reuses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReuseCheck {
    SoFar,
    Final,
}

impl State {
    pub(crate) fn check_reuses(&mut self, check: ReuseCheck) {
        let (expected, seen) = (self.expected_reuses, self.issued.reuses());
        if check == ReuseCheck::SoFar && seen <= expected {
            return;
        }
        assert_count(expected, seen, SPENT_TOKENS, &self.endpoint(Role::Refresh).seen);
    }
}

const SPENT_TOKENS: &str = "spent refresh tokens presented again";

#[track_caller]
fn assert_count(expected: usize, seen: usize, what: &str, requests: &[Seen]) {
    assert!(expected == seen, "{what}: expected {expected}, saw {seen}\n{}", First(requests));
}

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
