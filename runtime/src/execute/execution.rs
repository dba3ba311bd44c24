//! [`Execution`] runs one call from start to finish. The code in `resend.rs` handles a refused credential.

use std::future::Future;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::SemaphorePermit;

use super::context::SharedContext;
use super::placement::Placement;
use super::plan::{Declaration, Plan};
use super::retry::faults::Stage;
use super::send::Sender;
use crate::declaration::statuses::Statuses;
use crate::error::{Error, Receipt, Stamp};
use crate::platform::url::Url;
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::response::reading::Reading;
use crate::session::Snapshot;
use crate::trace::{InSpan, SendSpans};
use crate::transport::response::Response;
use crate::transport::transport::Sent;

/// Rare steps are boxed. Thousands of calls can wait for one refresh, and each future reserves memory for every step
/// that is not boxed.
pub(crate) struct Execution {
    pub(super) context: SharedContext,
    pub(super) request: Prepared,
    pub(super) plan: Plan,
    pub(super) receipt: Receipt,
    pub(super) spans: SendSpans,
    pub(super) attached: Attached,
    pub(super) stage: Stage,
    /// Whether a refusal of this call has already triggered a refresh or a second request. After a refresh or a second
    /// request, the call returns any further refusal to its caller, even a refusal in a later attempt.
    pub(super) refreshed: bool,
    /// Whether the response is a stored rejection whose body is truncated.
    pub(super) is_cut: bool,
    /// The URL from which the response came, if this URL differs from the requested URL. `answered` is set only for
    /// trait methods that return pages of a list.
    pub(super) answered: Option<Box<Url>>,
}

/// Describes which session data the last request carried. [`Attached`] does not store a snapshot, because cloning a
/// shared snapshot makes threads contend for its reference count.
#[derive(Clone, Copy)]
pub(super) struct Attached {
    /// The session's stamp (epoch and generation) when the request was sent.
    pub(super) stamp: Stamp,
    /// Whether the request carries the session's credential.
    pub(super) credential: bool,
    /// Whether the session must be notified if the call succeeds. A successful call clears the refusals that the
    /// session has recorded for the same API method.
    pub(super) learning: bool,
}

impl Execution {
    pub(crate) fn new(context: SharedContext, request: Prepared, plan: Plan) -> Self {
        let spans = SendSpans::new(plan.endpoint());
        let attached = Attached { stamp: Stamp::default(), credential: false, learning: false };
        Self {
            context,
            request,
            plan,
            receipt: Receipt::default(),
            spans,
            attached,
            stage: Stage::Idle,
            refreshed: false,
            is_cut: false,
            answered: None,
        }
    }

    /// Runs the call and retries it after a failed attempt. If the call fails, the error contains the call's receipt.
    #[expect(clippy::manual_async_fn, reason = "an async fn would store its arguments twice while it waits")]
    pub(crate) fn run_to_end(
        &mut self,
        reading: Reading,
    ) -> impl Future<Output = Result<Answer, Error>> + Send + '_ {
        async move {
            let wait = {
                let outcome = self.run(reading).await;
                match self.wait_before_retry(&outcome) {
                    None => return outcome.map_err(|error| error.with_receipt(self.receipt)),
                    Some(wait) => wait,
                }
            };
            let outcome = Box::pin(self.retry(wait, reading)).await;
            outcome.map_err(|error| error.with_receipt(self.receipt))
        }
    }

    /// Runs one attempt: attaches the credential, sends the request and classifies the response. If the server refused
    /// the credential, the attempt refreshes the session and sends the request again. If the server also refuses the
    /// repeated request, the attempt returns the second refusal.
    ///
    /// A call's future can be moved until it is first polled, and a move copies the whole future, so the future must be
    /// small. Values that two steps need are stored only once, and each step's values are dropped before the next step
    /// starts.
    #[expect(clippy::manual_async_fn, reason = "an async fn would store its arguments twice while it waits")]
    pub(crate) fn run(
        &mut self,
        reading: Reading,
    ) -> impl Future<Output = Result<Answer, Error>> + Send + '_ {
        async move {
            let mut response = {
                let mut sent = self.send_first()?;
                match &mut sent {
                    Some(sent) => sent.await?,
                    None => Box::pin(self.wait_and_send()).await?,
                }
            };
            self.stage = Stage::Answered;
            let (mut rejection, mut refused) = (None, false);
            if !self.is_plain(&response) {
                let evaluated = Box::pin(self.evaluate(response)).await?;
                // The future that waits for a refresh is boxed separately, so that the memory of earlier steps is freed
                // during the wait.
                (response, rejection) = Box::pin(self.act_on(evaluated)).await?;
                refused = self.context.policy(self.plan.endpoint()).is_refusal(response.status());
            }
            self.note_answered(&response);
            if reading.leaves(response.status(), response.headers()) {
                return Ok(Answer::live(response, self.receipt).with_outcome(rejection, refused));
            }
            match Answer::read(&mut response, reading, self.plan.max_body(&self.context)).await {
                Ok(answer) => {
                    let answer = if self.is_cut { answer.cut() } else { answer };
                    Ok(answer.with_receipt(self.receipt).with_outcome(rejection, refused))
                }
                Err(error) => Err(error.with_rejection_if(rejection)),
            }
        }
    }

    /// Stores the URL from which a page of a list came, if the transport followed redirects itself.
    fn note_answered(&mut self, response: &Response) {
        if self.plan.has_pages() {
            if let Some(url) = self.context.upstream.answered(response) {
                self.answered = Some(Box::new(url.clone()));
            }
        }
    }

    /// Sends the first request. Returns the pending response, or `None` if the call must first wait for a credential.
    fn send_first(&mut self) -> Result<Option<InSpan<Sent>>, Error> {
        let Some(demand) = self.plan.demand else { return self.send_with(None).map(Some) };
        let seen = self.context.session.current();
        match self.context.session.enter_at_once(&seen, demand, !self.request.is_replayable()) {
            Poll::Ready(carries) => {
                let sent = self.send_with(carries.then_some(&**seen))?;
                self.attached.stamp = seen.stamp;
                Ok(Some(sent))
            }
            Poll::Pending => Ok(None),
        }
    }

    async fn wait_and_send(&mut self) -> Result<Response, Error> {
        let Some(demand) = self.plan.demand else {
            let text = "a call that does not need a session waits for one. Report this bug in afresh";
            return Err(Error::request(text));
        };
        let context = self.context.clone();
        let entered = context.session.enter(demand, !self.request.is_replayable()).await?;
        let Some(entered) = entered else { return self.send_with(None)?.await };
        let mut snapshot = entered.snapshot;
        let mut permit = None;
        if let Some(waited) = entered.waited {
            self.receipt.refreshed_by = Some(waited.by);
            self.receipt.waited = waited.time;
            // Without a limit, all calls that waited for the refresh would be sent at the same time.
            (snapshot, permit) = self.take_turn(&context, snapshot).await?;
        }
        let response = self.send_with(Some(&snapshot))?.await?;
        drop(permit);
        Ok(response)
    }

    pub(super) fn send_with(&mut self, snapshot: Option<&Snapshot>) -> Result<InSpan<Sent>, Error> {
        let request = self.request.request(&self.context.upstream)?;
        let request = request.ok_or_else(|| {
            Error::request(
                "the body was already sent and cannot be sent again. Call the method again with a new body",
            )
        })?;
        self.stage = Stage::Sending;
        self.receipt.sends = self.receipt.sends.saturating_add(1);
        self.receipt.stamp = snapshot.map(|snapshot| snapshot.stamp);
        self.attached = Attached {
            stamp: snapshot.map_or_else(|| self.context.session.current().stamp, |snapshot| snapshot.stamp),
            credential: snapshot.is_some(),
            learning: snapshot.is_some_and(|snapshot| snapshot.wants_successes),
        };
        Ok(self.sender()?.send(request, snapshot, false))
    }

    pub(super) fn next_attempt(&mut self) {
        self.stage = Stage::Idle;
        self.receipt.retries += 1;
        self.request.set_retries(self.receipt.retries);
        self.receipt.classification = None;
        self.receipt.reason = None;
    }

    /// Waits until the client's `replay_limit` allows the call to be sent after a refresh. After the wait, the call
    /// uses the session's current snapshot, because the session can change while the call waits.
    pub(super) async fn take_turn<'c>(
        &self,
        context: &'c SharedContext,
        snapshot: Arc<Snapshot>,
    ) -> Result<(Arc<Snapshot>, Option<SemaphorePermit<'c>>), Error> {
        let Some(limit) = context.settings.replay_limit.as_deref() else { return Ok((snapshot, None)) };
        let permit = limit.acquire().await.ok();
        Ok((context.session.revalidate(&snapshot)?, permit))
    }

    #[inline]
    fn sender(&self) -> Result<Sender<'_>, Error> {
        sender(&self.context, &self.plan, &self.spans)
    }
}

#[inline]
pub(super) fn sender<'a>(
    context: &'a SharedContext,
    plan: &'a Plan,
    spans: &'a SendSpans,
) -> Result<Sender<'a>, Error> {
    let placement: &Placement = match &plan.declaration {
        Declaration::Method(_) => context.placement()?,
        Declaration::HandWritten(hand_written) => &hand_written.placement,
    };
    // A request without the session's credential cannot trigger a refresh, so its redirects are not classified.
    let refresh_on = plan.demand.map_or(Statuses::EMPTY, |_| context.refresh_on(plan.endpoint()));
    Ok(Sender {
        upstream: &context.upstream,
        session: &context.session,
        placement,
        follow_to: [
            &context.settings.follow_to,
            plan.bounds.as_ref().map_or(&[] as &[_], |bounds| &bounds.follow_to),
        ],
        has_role: false,
        spans,
        refresh_on,
    })
}
