//! Starts the calls of a generated client, including requests for more pages. `start_hand_written.rs` starts
//! hand-written requests.
//!
//! A call starts when it is first polled, and its options can be set until then.

use std::future::Future;

use super::call_future::{BoxedCall, on_first_poll};
use super::context::SharedContext;
use super::deadline::{Deadline, within};
use super::execution::Execution;
use super::options::CallOptions;
use super::plan::{Declaration, Plan};
use crate::declaration::endpoint::{Endpoint, Role};
use crate::declaration::paging::Paging;
use crate::declaration::statuses::Statuses;
use crate::error::{Error, Result};
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::answer::{Answer, AnswerFuture, Continuation, Fetch, SENT_ONCE};
use crate::response::reading::Reading;
use crate::trace;

/// A call to a trait method, before the call is first polled.
struct MethodCall {
    context: SharedContext,
    endpoint: &'static Endpoint,
    request: Result<Prepared>,
    reading: Reading,
}

impl SharedContext {
    pub(crate) fn start(&self, call: Call, reading: Reading) -> BoxedCall {
        on_first_poll(self.method_call(call, reading), self.call_options(), begin)
    }

    /// Starts a call whose response is one page of a list. A program without `#[pages]` methods does not link the code
    /// for pages, because only this function refers to that code.
    pub(crate) fn start_pages(&self, call: Call, reading: Reading) -> BoxedCall {
        let Some(paging) = call.endpoint().pages else { return self.start(call, reading) };
        on_first_poll((self.method_call(call, reading), paging), self.call_options(), begin_pages)
    }

    fn method_call(&self, call: Call, reading: Reading) -> MethodCall {
        let endpoint = call.endpoint();
        let request = self.check_arguments(&call).and_then(|()| call.prepare());
        MethodCall { context: self.clone(), endpoint, request, reading }
    }

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
        context.upstream.check_refresh_on(endpoint.refresh_on.unwrap_or(Statuses::EMPTY))?;
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
