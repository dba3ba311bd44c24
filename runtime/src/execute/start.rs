//! Starts calls through a generated client, requests for more pages, and hand-written requests.
//!
//! A call starts when it is first polled, and its options can be set until then.

use std::future::Future;

use super::call_future::{BoxedCall, on_first_poll};
use super::context::SharedContext;
use super::deadline::{Deadline, within};
use super::execution::Execution;
use super::options::CallOptions;
use super::plan::{Declaration, HandWrittenDeclaration, Plan};
use crate::declaration::endpoint::{Endpoint, Role};
use crate::declaration::paging::Paging;
use crate::error::{Error, Result};
use crate::platform::messages::Request;
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::answer::{Answer, AnswerFuture, Continuation, Fetch, SENT_ONCE};
use crate::response::reading::Reading;
use crate::session::Demand;
use crate::trace;

/// The method name that errors and traces use for hand-written requests.
pub(crate) const HAND_WRITTEN: &str = "Client::execute";

/// A call to a trait method before its first poll.
struct MethodCall {
    context: SharedContext,
    endpoint: &'static Endpoint,
    request: Result<Prepared>,
    reading: Reading,
}

impl SharedContext {
    /// Starts a call through a generated client.
    pub(crate) fn start(&self, call: Call, reading: Reading) -> BoxedCall {
        let endpoint = call.endpoint();
        let request = self.check_arguments(&call).and_then(|()| call.prepare());
        let call = MethodCall { context: self.clone(), endpoint, request, reading };
        let options = self.call_options();
        match endpoint.pages {
            None => on_first_poll(call, options, begin),
            Some(paging) => on_first_poll((call, paging), options, begin_pages),
        }
    }

    /// Starts the request for the next page.
    fn start_page(
        &self,
        endpoint: &'static Endpoint,
        paging: Paging,
        request: Result<Prepared>,
        options: CallOptions,
    ) -> AnswerFuture {
        let context = self.clone();
        let call = MethodCall { context, endpoint, request, reading: Reading::Whole };
        Box::pin(begin_pages((call, paging), options))
    }

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

impl MethodCall {
    fn deadline(&self, options: &CallOptions) -> Option<Deadline> {
        Deadline::after(options.timeout.or_else(|| self.context.timeout(self.endpoint)))
    }

    fn execution(self, mut options: CallOptions, deadline: Option<&Deadline>) -> Result<Execution> {
        let (context, endpoint) = (&self.context, self.endpoint);
        let mut request = self.request?;
        let headers = options.headers()?;
        context.upstream.check_headers(headers.iter().map(|(name, _)| name))?;
        request.replace_headers(headers);
        let bounds = options.take_bounds(context.settings.allow_http)?;
        let placement = context.placement()?;
        context.upstream.check_refresh_on(endpoint.refresh_on.unwrap_or_default())?;
        let takes_credential =
            endpoint.role == Role::Ordinary && context.takes_credential(&request, placement);
        let plan = Plan {
            demand: takes_credential.then(|| context.demand()),
            declaration: Declaration::Method(endpoint),
            rejection_slot: deadline.and_then(Deadline::slot),
            retrying: context.retrying(
                options.retry,
                Some(endpoint),
                deadline.map(|deadline| deadline.at),
            )?,
            bounds,
            streams: self.reading != Reading::Whole,
        };
        Ok(Execution::new(self.context, request, plan))
    }
}

/// Begins a call. An error in an argument or an option is returned when the call is polled.
fn begin(call: MethodCall, options: CallOptions) -> impl Future<Output = Result<Answer>> + Send {
    let (endpoint, reading, deadline) = (call.endpoint, call.reading, call.deadline(&options));
    let mut execution = call.execution(options, deadline.as_ref());
    // The execution is not moved into the async block, because the future would then reserve memory for two copies of
    // the execution.
    let running = async move {
        let execution = execution.as_mut().map_err(|error| error.clone())?;
        let mut answer = execution.run_to_end(reading).await?;
        answer.set_none_on(endpoint.none_on);
        Ok(answer)
    };
    trace::call(endpoint.name, within(deadline, running))
}

/// Begins a call whose response is one page of a list.
fn begin_pages(
    (call, paging): (MethodCall, Paging),
    options: CallOptions,
) -> impl Future<Output = Result<Answer>> + Send {
    let (endpoint, reading, deadline) = (call.endpoint, call.reading, call.deadline(&options));
    let of_each_page = options.without_headers();
    let mut execution = call.execution(options, deadline.as_ref());
    let running = async move {
        let execution = execution.as_mut().map_err(|error| error.clone())?;
        let mut continuation = execution.continuation(endpoint, paging, of_each_page)?;
        let mut answer = execution.run_to_end(reading).await?;
        if let Some(url) = execution.answered.take() {
            continuation.answered = *url;
        }
        answer.set_none_on(endpoint.none_on);
        Ok(answer.with_continuation(continuation))
    };
    trace::call(endpoint.name, within(deadline, running))
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

impl Execution {
    /// Returns the data that is needed to request the next page.
    fn continuation(
        &self,
        endpoint: &'static Endpoint,
        paging: Paging,
        options: CallOptions,
    ) -> Result<Box<Continuation>> {
        let requested = self.request.url(&self.context.upstream)?.into_owned();
        let context = self.context.clone();
        let fetch = self.request.with_url(requested.clone()).map(|request| -> Fetch {
            Box::new(move |url| {
                let request = request.with_url(url).ok_or_else(|| Error::request(SENT_ONCE));
                context.start_page(endpoint, paging, request, options.clone())
            })
        });
        let (upstream, answered) = (self.context.upstream.clone(), requested.clone());
        let method = endpoint.name;
        Ok(Box::new(Continuation { fetch, upstream, method, paging, requested, answered }))
    }
}
