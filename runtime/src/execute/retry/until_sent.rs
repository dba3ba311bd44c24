//! Retries login, refresh and logout calls. A login, refresh or logout call is retried only if its request was never
//! sent.

use super::faults::{Fault, Stage, fault_of};
use crate::declaration::endpoint::Endpoint;
use crate::error::{Error, Receipt, Result};
use crate::execute::context::Context;
use crate::execute::deadline::Deadline;
use crate::platform::messages::Request;
use crate::platform::time::sleep;
use crate::request::prepared::Prepared;
use crate::trace::{self, InSpan};
use crate::transport::response::Response;
use crate::transport::transport::Sent;

/// Sends `call`. A request that could not be sent is retried as often as the client's retry settings allow. The receipt
/// counts the attempts.
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
        let request = request.ok_or_else(|| Error::request("the request body was already sent"))?;
        receipt.sends = receipt.sends.saturating_add(1);
        let error = match send(request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let unsent = fault_of(&error, Stage::Sending) == Some(Fault::NeverSent) && call.is_replayable();
        let retrying = retrying.as_ref().filter(|retrying| unsent && retrying.has_more(retries));
        let wait = retrying.and_then(|retrying| retrying.wait(retries, None));
        let Some(wait) = wait.filter(|_| context.settings.retry_budget.withdraw()) else { return Err(error) };
        trace::retries(retries, wait);
        sleep(wait).await;
        receipt.waited += wait;
        retries += 1;
        receipt.retries += 1;
        call.set_retries(retries);
    }
}
