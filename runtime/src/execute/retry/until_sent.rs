//! Retries login, refresh and logout calls. A login, refresh or logout call is retried only if its request was never
//! sent.

use super::faults::{Allowed, Stage};
use super::retrying::EndedAttempt;
use crate::declaration::endpoint::Endpoint;
use crate::declaration::statuses::Statuses;
use crate::error::{Error, Receipt, Result};
use crate::execute::context::Context;
use crate::execute::deadline::Deadline;
use crate::platform::messages::Request;
use crate::platform::time::sleep;
use crate::request::prepared::Prepared;
use crate::trace::{self, InSpan};
use crate::transport::response::Response;
use crate::transport::transport::Sent;

/// Sends `call`, and counts the attempts in `receipt`. A request that could not be sent is retried as often as the
/// client's retry settings allow.
pub(crate) async fn until_sent(
    context: &Context,
    endpoint: &'static Endpoint,
    call: &mut Prepared,
    receipt: &mut Receipt,
    send: impl Fn(Request) -> InSpan<Sent>,
) -> Result<Response> {
    let deadline = Deadline::after(context.timeout(endpoint)).map(|deadline| deadline.at);
    let own = context.options.as_ref().and_then(|options| options.retry.clone());
    let retrying = context.retrying(own, Some(endpoint), deadline)?;
    let mut retries = 0;
    loop {
        let request = call.request(&context.upstream)?;
        let request = request.ok_or_else(|| {
            Error::request("the request body was already sent. Call the method again with a new body")
        })?;
        receipt.sends = receipt.sends.saturating_add(1);
        let error = match send(request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let wait = retrying.as_ref().and_then(|retrying| {
            retrying.policy.wait_after(&EndedAttempt {
                outcome: Err(&error),
                stage: Stage::Sending,
                allowed: &|| Allowed { replayable: call.is_replayable(), once: true, idempotent: false },
                handled: [Statuses::EMPTY; 2],
                retries,
                deadline: retrying.deadline,
                budget: &context.settings.retry_budget,
            })
        });
        let Some(wait) = wait else { return Err(error) };
        trace::retries(retries, wait);
        sleep(wait).await;
        receipt.waited += wait;
        retries += 1;
        receipt.retries += 1;
        call.set_retries(retries);
    }
}
