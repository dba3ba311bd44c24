//! [`Retrying`] contains the retry settings of one call. The trait [`Retries`] decides whether an attempt is retried.

use std::sync::Arc;
use std::time::Duration;

use super::budget::RetryBudget;
use super::faults::{Allowed, Fault, Stage, fault_of};
use super::policy::Retry;
use crate::declaration::statuses::Statuses;
use crate::error::Error;
use crate::format::retry_after;
use crate::platform::time::Instant;
use crate::response::answer::Answer;

/// The longest wait that a server can request if the call has no deadline.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

pub(crate) struct Retrying {
    pub(crate) policy: Arc<dyn Retries>,
    pub(crate) deadline: Option<Instant>,
}

/// Decides whether failed attempts are retried. A program that does not enable retries does not link the retry code,
/// because only `dyn Retries` objects refer to that code.
pub(crate) trait Retries: Send + Sync {
    /// Returns an error message if the settings contain a status code that cannot be retried.
    fn mistake(&self, refresh_on: Statuses<'_>) -> Option<String>;

    /// Returns the wait time before the next attempt, or `None` if the outcome of `attempt` is final.
    fn wait_after(&self, attempt: &EndedAttempt<'_>) -> Option<Duration>;
}

pub(crate) struct EndedAttempt<'a> {
    pub(crate) outcome: Result<&'a Answer, &'a Error>,
    pub(crate) stage: Stage,
    pub(crate) allowed: &'a dyn Fn() -> Allowed,
    /// The response status codes after which a call is never retried, because they trigger a refresh or because the
    /// trait method returns `None` for them.
    pub(crate) handled: [Statuses<'a>; 2],
    pub(crate) retries: u32,
    pub(crate) deadline: Option<Instant>,
    pub(crate) budget: &'a RetryBudget,
}

impl Retries for Retry {
    fn mistake(&self, refresh_on: Statuses<'_>) -> Option<String> {
        Self::mistake(self, refresh_on)
    }

    fn wait_after(&self, attempt: &EndedAttempt<'_>) -> Option<Duration> {
        if attempt.retries.saturating_add(1) >= self.attempts {
            return None;
        }
        let fault = match attempt.outcome {
            Ok(answer) => {
                let status = answer.status();
                let handled = attempt.handled.iter().any(|statuses| statuses.contains(status));
                let retried = self.lists(status) && !handled;
                retried.then_some(Fault::Status(status))
            }
            Err(error) => fault_of(error, attempt.stage),
        };
        let fault = fault?;
        if !(attempt.allowed)().is_retried(fault) {
            return None;
        }
        let asked = attempt.outcome.ok().and_then(|answer| retry_after::wait(answer.headers()));
        let wait = asked.unwrap_or_else(|| self.wait(attempt.retries));
        let fits = match attempt.deadline {
            Some(deadline) => wait < deadline.saturating_duration_since(Instant::now()),
            None => asked.is_none_or(|asked| asked <= LONGEST_ASKED),
        };
        (fits && attempt.budget.withdraw()).then_some(wait)
    }
}
