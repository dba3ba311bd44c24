//! Starts calls: of a generated client, for one more page, and of a request that the user wrote by hand.

use std::future::ready;

use super::context::SharedContext;
use super::deadline::within;
use super::execution::Execution;
use super::plan::{Declaration, HandWritten, Plan, RejectionSlot};
use crate::declaration::endpoint::{Endpoint, Role};
use crate::declaration::paging::Paging;
use crate::error::{Error, Result};
use crate::request::call::Call;
use crate::request::prepared::Prepared;
use crate::response::answer::{AnswerFuture, Continuation, Fetch, SENT_ONCE};
use crate::response::reading::Reading;
use crate::session::Demand;
use crate::trace;

/// The name of calls that the user wrote by hand, in errors and traces.
pub(crate) const HAND_WRITTEN: &str = "Client::execute";

impl SharedContext {
    /// Starts a call of a generated client.
    pub(crate) fn start(&self, call: Call, reading: Reading) -> AnswerFuture {
        let endpoint = call.endpoint();
        let (timeout, slot) = self.deadline_of(endpoint);
        let execution =
            call.prepare().and_then(|request| self.execution(endpoint, request, slot.clone(), reading));
        let running = match endpoint.pages {
            None => run(endpoint, execution, reading),
            Some(paging) => run_pages(endpoint, paging, execution, reading),
        };
        trace::call(endpoint.name, within(timeout, slot, running))
    }

    /// Starts a call for one more page.
    fn start_page(
        &self,
        endpoint: &'static Endpoint,
        paging: Paging,
        request: Result<Prepared>,
    ) -> AnswerFuture {
        let (timeout, slot) = self.deadline_of(endpoint);
        let execution =
            request.and_then(|request| self.execution(endpoint, request, slot.clone(), Reading::Whole));
        let running = run_pages(endpoint, paging, execution, Reading::Whole);
        trace::call(endpoint.name, within(timeout, slot, running))
    }

    /// Starts a request that the user wrote by hand.
    pub(crate) fn start_hand_written(&self, request: reqwest::Request) -> AnswerFuture {
        let timeout = self.settings.timeout;
        let slot: RejectionSlot = timeout.map(|_| Default::default());
        let running: AnswerFuture = match self.hand_written(request, slot.clone()) {
            Ok(mut execution) => Box::pin(async move {
                let answer = execution.run(Reading::Head).await;
                answer.map_err(|error| error.with_receipt(execution.receipt()))
            }),
            Err(error) => Box::pin(ready(Err(error))),
        };
        trace::call(HAND_WRITTEN, within(timeout, slot, running))
    }

    fn deadline_of(&self, endpoint: &'static Endpoint) -> (Option<std::time::Duration>, RejectionSlot) {
        let timeout = self.timeout(endpoint);
        (timeout, timeout.map(|_| Default::default()))
    }

    fn execution(
        &self,
        endpoint: &'static Endpoint,
        request: Prepared,
        rejection_slot: RejectionSlot,
        reading: Reading,
    ) -> Result<Execution> {
        let placement = self.placement()?;
        let takes_credential = endpoint.role == Role::Ordinary && self.takes_credential(&request, placement);
        let plan = Plan {
            demand: takes_credential.then(|| self.demand()),
            declaration: Declaration::Method(endpoint),
            rejection_slot,
            streams: reading != Reading::Whole,
        };
        Ok(Execution::new(self.clone(), request, plan))
    }

    fn hand_written(&self, request: reqwest::Request, rejection_slot: RejectionSlot) -> Result<Execution> {
        let request = Prepared::hand_written(request);
        let placement = self.settings.placement(None, &self.upstream)?;
        let demand = self.takes_credential(&request, &placement).then_some(Demand::Optional);
        let path = request.url(&self.upstream).map_or_else(|_| String::new(), |url| url.path().to_owned());
        let route = format!("{} {path}", request.method());
        let declaration = Declaration::HandWritten(Box::new(HandWritten { placement, route }));
        let plan = Plan { demand, declaration, rejection_slot, streams: true };
        Ok(Execution::new(self.clone(), request, plan))
    }
}

/// The one allocation of a plain call. An argument that cannot be sent comes out of the future.
fn run(endpoint: &'static Endpoint, execution: Result<Execution>, reading: Reading) -> AnswerFuture {
    Box::pin(async move {
        let mut execution = execution?;
        match execution.run(reading).await {
            Ok(answer) => Ok(answer.none_on(endpoint.none_on)),
            Err(error) => Err(error.with_receipt(execution.receipt())),
        }
    })
}

/// A call whose answer says where the next page is.
fn run_pages(
    endpoint: &'static Endpoint,
    paging: Paging,
    execution: Result<Execution>,
    reading: Reading,
) -> AnswerFuture {
    Box::pin(async move {
        let mut execution = execution?;
        let mut continuation = execution.continuation(endpoint, paging)?;
        match execution.run(reading).await {
            Ok(answer) => {
                if let Some(url) = execution.answered.take() {
                    continuation.answered = *url;
                }
                Ok(answer.none_on(endpoint.none_on).with_continuation(continuation))
            }
            Err(error) => Err(error.with_receipt(execution.receipt())),
        }
    })
}

impl Execution {
    /// How the page after this one is requested.
    fn continuation(&self, endpoint: &'static Endpoint, paging: Paging) -> Result<Box<Continuation>> {
        let requested = self.request.url(&self.context.upstream)?.into_owned();
        let context = self.context.clone();
        let fetch = self.request.with_url(requested.clone()).map(|request| -> Fetch {
            Box::new(move |url| {
                let request = request.with_url(url).ok_or_else(|| Error::request(SENT_ONCE));
                context.start_page(endpoint, paging, request)
            })
        });
        let (upstream, answered) = (self.context.upstream.clone(), requested.clone());
        let method = endpoint.name;
        Ok(Box::new(Continuation { fetch, upstream, method, paging, requested, answered }))
    }
}
