//! [`Retry`] contains the user's retry settings.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::backoff;
use super::budget::RetryBudget;
use crate::declaration::statuses::Statuses;

/// The status codes after which a call is retried by default.
const STATUSES: &[StatusCode] = &[
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::BAD_GATEWAY,
    StatusCode::SERVICE_UNAVAILABLE,
    StatusCode::GATEWAY_TIMEOUT,
];

/// Settings for retrying calls after failures that are unrelated to the credential. Retries can be set for a client
/// ([`ClientBuilder::retry`](crate::ClientBuilder::retry)) or for a single call
/// ([`Pending::retry`](crate::Pending::retry)). By default, no call is retried.
///
/// `Retry::default()` makes at most 3 attempts. The following table shows which failures are retried:
///
/// | failure | GET, HEAD, OPTIONS, TRACE, PUT, DELETE, and methods with `#[idempotent]` or `#[idempotency_key]` | other methods | methods with a role, `#[no_replay]` |
/// |---|---|---|---|
/// | the request was never sent: there was no connection | yes | yes | yes |
/// | no response: the connection was lost, or the transport's own timeout expired | yes | no | no |
/// | 429 | yes | yes | no |
/// | 502, 503, 504 | yes | no | no |
/// | any other response | no | no | no |
///
/// A call whose body is a one-shot stream is never retried. A refresh is not a retry. A call triggers at most one
/// refresh across all its attempts, and a status code that triggers a refresh never causes a retry.
///
/// Before each retry, the call waits for a random time. The first wait is between zero and 100 ms, and the upper limit
/// doubles with each retry, up to 20 s. If the response contains `Retry-After` or the reset time of an exhausted rate
/// limit, the call waits as long as the server requests. If a wait would end after the call's deadline, the call fails
/// immediately with its last error. A call without a deadline fails immediately if the server requests a wait of more
/// than 60 s. [`Error::retry_after`](crate::Error::retry_after) returns the wait time that the server requested.
///
/// ```
/// use std::time::Duration;
/// use afresh::{Client, Retry};
///
/// let client = Client::builder("https://shop.example")
///     .retry(Retry::default().attempts(5).max_wait(Duration::from_secs(5)))
///     .timeout(Duration::from_secs(30))
///     .build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Retry {
    pub(super) attempts: u32,
    base: Duration,
    max_wait: Duration,
    /// The status codes set by the user before the first invalid number, which replace the default status codes.
    statuses: Option<Arc<[StatusCode]>>,
    /// The first number set by the user that is not a status code from 400 to 599.
    invalid: Option<u16>,
    budget: Option<RetryBudget>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(100),
            max_wait: Duration::from_secs(20),
            statuses: None,
            invalid: None,
            budget: None,
        }
    }
}

impl Retry {
    /// Disables retries, for example for a single call through a client that otherwise retries.
    pub fn none() -> Self {
        Self::default().attempts(1)
    }

    /// Sets the maximum number of attempts, including the first attempt. Default: 3. A value of 0 is treated as 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the upper limit of the wait before the first retry. Default: 100 ms.
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the upper limit of each wait, unless the server requests a longer wait. Default: 20 s.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// Sets the status codes after which a call is retried, instead of 429, 502, 503 and 504. After a 429 response, a
    /// call is retried even if its method is not idempotent. After a response with a status code from `statuses` other
    /// than 429, a call is retried only if its method is idempotent.
    ///
    /// Status codes outside 400 to 599 and status codes that trigger a refresh are invalid. If an invalid status code
    /// is set for a client, [`build`](crate::ClientBuilder::build) returns an error. If an invalid status code is set
    /// for a single call, the call fails with an error for which [`is_request`](crate::Error::is_request) returns
    /// `true`.
    pub fn on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.invalid = None;
        let valid = statuses.into_iter().map_while(|status| {
            let code = StatusCode::from_u16(status).ok();
            let code = code.filter(|code| code.is_client_error() || code.is_server_error());
            if code.is_none() {
                self.invalid = Some(status);
            }
            code
        });
        self.statuses = Some(valid.collect());
        self
    }

    /// Sets the client's retry budget. The budget has an effect only in a `Retry` that is passed to the client builder.
    /// In a `Retry` for a single call, the budget is ignored. Default:
    /// [`RetryBudget::percent(10)`](RetryBudget::percent).
    pub fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    pub(crate) fn take_budget(&mut self) -> Option<RetryBudget> {
        self.budget.take()
    }

    /// Returns an error message if one of the status codes cannot be retried. `refresh_on` contains the status codes
    /// that trigger a refresh.
    pub(crate) fn mistake(&self, refresh_on: Statuses<'_>) -> Option<String> {
        let statuses = self.statuses.as_deref().unwrap_or_default();
        if let Some(status) = statuses.iter().find(|status| refresh_on.contains(**status)) {
            let status = status.as_u16();
            return Some(format!(
                "the status {status} triggers a refresh, so it cannot be retried. Remove it from `Retry::on`"
            ));
        }
        let status = self.invalid?;
        Some(format!("the status {status} cannot be retried. Use status codes from 400 to 599"))
    }

    /// Returns whether a call whose method allows retries is retried after a response with the given status code.
    pub(super) fn lists(&self, status: StatusCode) -> bool {
        self.statuses.as_deref().unwrap_or(STATUSES).contains(&status)
    }

    /// Returns the wait time before a retry if the server does not request a specific time. `retries` is the number of
    /// retries so far.
    pub(super) fn wait(&self, retries: u32) -> Duration {
        backoff::wait(self.base, self.max_wait, retries, fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_that_cannot_be_retried_are_named() {
        let refresh_on = Statuses::Declared(&[401, 503]);
        let mistake = |statuses: &[u16]| Retry::default().on(statuses.iter().copied()).mistake(refresh_on);
        for status in [0, 99, 100, 200, 204, 301, 399, 600, 999] {
            assert!(mistake(&[429, status]).unwrap().contains(&status.to_string()));
        }
        let error = mistake(&[503]).unwrap();
        let expected =
            "the status 503 triggers a refresh, so it cannot be retried. Remove it from `Retry::on`";
        assert_eq!(error, expected);
        assert_eq!(mistake(&[503, 0]), mistake(&[503]), "the first invalid status code is named");
        assert_eq!(mistake(&[400, 403, 409, 500, 599]), None);
        assert_eq!(
            Retry::default().mistake(refresh_on),
            None,
            "the default status codes can include a status code that triggers a refresh"
        );
    }
}
