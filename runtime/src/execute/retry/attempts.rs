//! Retries a call: decides whether to retry after a failed attempt, waits, and runs the call again.

use std::time::Duration;

use super::faults::{Allowed, Fault, fault_of, is_idempotent};
use super::retrying::Retrying;
use crate::declaration::endpoint::Endpoint;
use crate::error::Error;
use crate::execute::execution::Execution;
use crate::format::retry_after;
use crate::platform::time::{Instant, sleep};
use crate::response::answer::Answer;
use crate::response::reading::Reading;
use crate::trace;

impl Execution {
    /// Returns the wait time before the next attempt, or `None` if `outcome` is final.
    pub(crate) fn wait_before_retry(&self, outcome: &Result<Answer, Error>) -> Option<Duration> {
        let retrying = self.plan.retrying.as_ref()?;
        let retries = self.receipt.retries;
        if !retrying.has_more(retries) || !self.allowed().is_retried(self.fault(retrying, outcome)?) {
            return None;
        }
        let asked = outcome.as_ref().ok().and_then(|answer| retry_after::wait(answer.headers()));
        let wait = retrying.wait(retries, asked)?;
        self.context.settings.retry_budget.withdraw().then_some(wait)
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

    fn fault(&self, retrying: &Retrying, outcome: &Result<Answer, Error>) -> Option<Fault> {
        match outcome {
            Ok(answer) => {
                let status = answer.status();
                let endpoint = self.plan.endpoint();
                let declared = endpoint.is_some_and(|endpoint| endpoint.none_on.contains(&status.as_u16()));
                let refreshed_for = self.context.policy(endpoint).lists(status);
                let retried = retrying.policy.lists(status) && !refreshed_for && !declared;
                retried.then_some(Fault::Status(status))
            }
            Err(error) => fault_of(error, self.stage),
        }
    }
}
