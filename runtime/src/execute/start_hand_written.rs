//! Starts hand-written requests. Hand-written requests are not supported in a browser, because reqwest cannot create a
//! response there.

use std::future::Future;

use super::call_future::{BoxedCall, on_first_poll};
use super::context::SharedContext;
use super::deadline::{Deadline, within};
use super::execution::Execution;
use super::options::CallOptions;
use super::plan::{Declaration, HandWrittenDeclaration, Plan};
use crate::error::Result;
use crate::platform::messages::Request;
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::response::reading::Reading;
use crate::session::Demand;
use crate::trace;

/// The method name that errors and traces use for hand-written requests.
pub(crate) const HAND_WRITTEN: &str = "Client::execute";

impl SharedContext {
    /// Starts a hand-written request.
    pub(crate) fn start_hand_written(&self, request: Request) -> BoxedCall {
        on_first_poll((self.clone(), request), self.call_options(), begin_hand_written)
    }

    fn hand_written(
        &self,
        request: Request,
        mut options: CallOptions,
        deadline: Option<&Deadline>,
    ) -> Result<Execution> {
        let mut request = Prepared::hand_written(request);
        request.replace_headers(options.headers()?);
        let placement = self.settings.placement(None, &self.upstream)?;
        let demand = self.takes_credential(&request, &placement).then_some(Demand::Optional);
        let path = request.url(&self.upstream).map_or_else(|_| String::new(), |url| url.path().to_owned());
        let route = format!("{} {path}", request.method());
        let bounds = options.take_bounds(self.settings.allow_http)?;
        let retrying = self.retrying(options.retry, None, deadline.map(|deadline| deadline.at))?;
        let declaration = Declaration::HandWritten(Box::new(HandWrittenDeclaration { placement, route }));
        let rejection_slot = deadline.and_then(Deadline::slot);
        let plan = Plan { demand, declaration, rejection_slot, retrying, bounds, streams: true };
        Ok(Execution::new(self.clone(), request, plan))
    }
}

fn begin_hand_written(
    (context, request): (SharedContext, Request),
    options: CallOptions,
) -> impl Future<Output = Result<Answer>> + Send {
    let deadline = Deadline::after(options.timeout.or(context.settings.timeout));
    let mut execution = context.hand_written(request, options, deadline.as_ref());
    let running = async move {
        let execution = execution.as_mut().map_err(|error| error.clone())?;
        execution.run_to_end(Reading::Head).await
    };
    trace::call(HAND_WRITTEN, within(deadline, running))
}
