//! Retries a call: decides whether to retry after a failed attempt, waits, and runs the call again.

use std::time::Duration;

use super::faults::{Allowed, is_idempotent};
use super::retrying::EndedAttempt;
use crate::declaration::endpoint::Endpoint;
use crate::declaration::statuses::Statuses;
use crate::error::Error;
use crate::execute::execution::Execution;
use crate::platform::time::{Instant, sleep};
use crate::response::answer::Answer;
use crate::response::reading::Reading;
use crate::trace;

impl Execution {
    /// Returns the wait time before the next attempt, or `None` if `outcome` is final.
    pub(crate) fn wait_before_retry(&self, outcome: &Result<Answer, Error>) -> Option<Duration> {
        let retrying = self.plan.retrying.as_ref()?;
        let endpoint = self.plan.endpoint();
        retrying.policy.wait_after(&EndedAttempt {
            outcome: outcome.as_ref(),
            stage: self.stage,
            allowed: &|| self.allowed(),
            handled: [
                self.context.refresh_on(endpoint),
                endpoint.map_or(Statuses::EMPTY, |endpoint| endpoint.none_on),
            ],
            retries: self.receipt.retries,
            deadline: retrying.deadline,
            budget: &self.context.settings.retry_budget,
        })
    }

    /// Repeatedly waits and runs the call again until the outcome is final.
    pub(crate) async fn retry(&mut self, mut wait: Duration, reading: Reading) -> Result<Answer, Error> {
        loop {
            trace::retries(self.receipt.retries, wait);
            let begun = Instant::now();
            sleep(wait).await;
            self.receipt.waited += begun.elapsed();
            self.next_attempt();
            let outcome = self.run(reading).await;
            match self.wait_before_retry(&outcome) {
                Some(next) => wait = next,
                None => return outcome,
            }
        }
    }

    fn allowed(&self) -> Allowed {
        let endpoint = self.plan.endpoint();
        let declared = endpoint.is_some_and(Endpoint::is_idempotent);
        Allowed {
            replayable: self.request.is_replayable(),
            once: endpoint.is_some_and(|endpoint| !endpoint.replay),
            idempotent: declared || is_idempotent(&self.request.method()),
        }
    }
}
