//! One call from start to end: [`Execution`]. The file `resend.rs` handles a refused credential.

use std::future::Future;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use tokio::sync::SemaphorePermit;
use url::Url;

use super::context::SharedContext;
use super::placement::Placement;
use super::plan::{Declaration, Plan};
use super::retry::faults::Stage;
use super::send::Sender;
use crate::auth::policy::Classification;
use crate::error::{Error, Reason, Receipt, Rejection, Stamp, Verdict};
use crate::platform::peek;
use crate::platform::time::Instant;
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::response::reading::Reading;
use crate::session::{Finding, Next, Snapshot};
use crate::trace::{self, InSpan, SendSpans};
use crate::transport::response::Response;
use crate::transport::transport::Sent;

/// A call that is being executed.
///
/// Rare steps are boxed. Thousands of calls may wait for one refresh, and a future reserves memory for each step that is
/// not boxed.
pub(crate) struct Execution {
    pub(super) context: SharedContext,
    pub(super) request: Prepared,
    pub(super) plan: Plan,
    pub(super) receipt: Receipt,
    pub(super) spans: SendSpans,
    /// How far the attempt has come.
    pub(super) stage: Stage,
    /// Whether the credential was refreshed for this call. This happens at most once in all its attempts.
    pub(super) refreshed: bool,
    /// For pages: the URL that answered, if it is not the one that was requested.
    pub(super) answered: Option<Box<Url>>,
}

/// What a request carries of the session. It holds no snapshot: threads that clone one shared snapshot contend for its
/// reference count.
#[derive(Clone, Copy)]
pub(super) struct Attached {
    /// The stamp of the session when the request was sent.
    pub(super) stamp: Stamp,
    /// Whether the request carries the session's credential.
    pub(super) credential: bool,
    /// Whether the session remembers refusals, which a success would clear.
    learning: bool,
}

/// The request was sent, or the call has to wait for a refresh first.
enum FirstSend {
    Sent(Attached, InSpan<Sent>),
    Wait,
}

/// What the first answer means for the call.
enum Settled {
    Answered(Response),
    /// The credential was refused. The call continues with [`Execution::refused`].
    Refused(Box<(Response, Next)>),
}

impl Execution {
    pub(crate) fn new(context: SharedContext, request: Prepared, plan: Plan) -> Self {
        let spans = SendSpans::new(plan.endpoint());
        let receipt = Receipt::default();
        Self { context, request, plan, receipt, spans, stage: Stage::Idle, refreshed: false, answered: None }
    }

    /// Runs the call and retries its faults. The error says how the call went.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn holds its arguments twice, in each call that waits"
    )]
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

    /// Attaches the credential, sends, classifies the answer and, if the credential was refused, refreshes and sends
    /// again. The second answer is final.
    pub(crate) async fn run(&mut self, reading: Reading) -> Result<Answer, Error> {
        let (attached, response) = match self.send_first()? {
            FirstSend::Sent(attached, sent) => (attached, sent.await?),
            FirstSend::Wait => Box::pin(self.wait_and_send()).await?,
        };
        self.stage = Stage::Answered;
        if self.is_plain(&response, attached) {
            self.note_answered(&response);
            let max_body = self.context.settings.max_body;
            return Answer::read(response, reading, max_body, self.receipt, None).await;
        }
        let (response, rejection) = match Box::pin(self.settle(response, attached)).await? {
            Settled::Answered(response) => (response, None),
            // Boxed once more, so that a call that waits for a refresh does not keep the memory of earlier steps.
            Settled::Refused(refused) => Box::pin(self.refused(refused)).await?,
        };
        self.note_answered(&response);
        let refused = self.context.policy(self.plan.endpoint()).is_refusal(response.status());
        let max_body = self.context.settings.max_body;
        let answer = Box::pin(Answer::read(response, reading, max_body, self.receipt, rejection)).await?;
        Ok(answer.with_refusal(refused))
    }

    /// For pages, keeps the URL that answered if the transport followed redirects by itself.
    fn note_answered(&mut self, response: &Response) {
        if self.plan.has_pages() {
            if let Some(url) = self.context.upstream.answered(response) {
                self.answered = Some(Box::new(url.clone()));
            }
        }
    }

    /// Sends the first request, unless the call has to wait for a credential.
    fn send_first(&mut self) -> Result<FirstSend, Error> {
        let Some(demand) = self.plan.demand else {
            return self.send_with(None).map(|(attached, sent)| FirstSend::Sent(attached, sent));
        };
        let context = self.context.clone();
        let seen = context.session.current();
        match context.session.enter_at_once(&seen, demand, !self.request.is_replayable()) {
            Poll::Ready(carries) => {
                let (mut attached, sent) = self.send_with(carries.then_some(&**seen))?;
                attached.stamp = seen.stamp;
                Ok(FirstSend::Sent(attached, sent))
            }
            Poll::Pending => Ok(FirstSend::Wait),
        }
    }

    /// Waits for a credential, sends the request, and waits for the head of its answer.
    async fn wait_and_send(&mut self) -> Result<(Attached, Response), Error> {
        let Some(demand) = self.plan.demand else { return Err(Error::request("the call needs no session")) };
        let context = self.context.clone();
        let entered = context.session.enter(demand, !self.request.is_replayable()).await?;
        let Some(entered) = entered else {
            let (attached, sent) = self.send_with(None)?;
            return Ok((attached, sent.await?));
        };
        let mut snapshot = entered.snapshot;
        let mut permit = None;
        if let Some(waited) = entered.waited {
            self.receipt.refreshed_by = Some(waited.by);
            self.receipt.waited = waited.time;
            // All calls that waited for the refresh would be sent at once.
            (snapshot, permit) = self.take_turn(&context, snapshot).await?;
        }
        let (attached, sent) = self.send_with(Some(&snapshot))?;
        let response = sent.await?;
        drop(permit);
        Ok((attached, response))
    }

    /// Makes the request and sends it with the credential of `snapshot`.
    pub(super) fn send_with(
        &mut self,
        snapshot: Option<&Snapshot>,
    ) -> Result<(Attached, InSpan<Sent>), Error> {
        let request = self.request.request(&self.context.upstream)?;
        let request = request.ok_or_else(|| {
            Error::request(
                "the body was sent already and cannot be sent again. Call the method again with a new body",
            )
        })?;
        self.stage = Stage::Sending;
        self.receipt.sends = self.receipt.sends.saturating_add(1);
        self.receipt.stamp = snapshot.map(|snapshot| snapshot.stamp);
        let attached = Attached {
            stamp: snapshot.map_or_else(|| self.context.session.current().stamp, |snapshot| snapshot.stamp),
            credential: snapshot.is_some(),
            learning: snapshot.is_some_and(|snapshot| snapshot.wants_successes),
        };
        Ok((attached, self.sender()?.send(request, snapshot, false)))
    }

    /// Whether the answer is a success that says nothing about the session. Such an answer is returned at once.
    fn is_plain(&self, response: &Response, attached: Attached) -> bool {
        response.status().is_success()
            && !response.sets_cookies()
            && !attached.learning
            && (!attached.credential || !self.plan.judges_successes(&self.context))
    }

    /// Follows redirects, classifies the answer and lets the session decide what follows.
    async fn settle(&mut self, response: Response, attached: Attached) -> Result<Settled, Error> {
        let context = self.context.clone();
        let session = &context.session;
        let mut snapshot = attached.credential.then(|| session.snapshot_at(attached.stamp));
        let judged = context.refresh_on(self.plan.endpoint()).contains(&response.status().as_u16());
        if response.status().is_redirection() && !judged {
            // The next hop is a new request, so it carries the current credential.
            if let Some(sent_with) = &snapshot {
                snapshot = Some(session.revalidate(sent_with)?);
                self.receipt.stamp = snapshot.as_ref().map(|snapshot| snapshot.stamp);
            }
        }
        let (response, own) = self.follow(snapshot.as_deref(), attached.stamp, response).await?;
        let Some(snapshot) = snapshot else { return Ok(Settled::Answered(response)) };
        let (response, finding) = self.classify(response, own, &snapshot).await;
        let Some(finding) = finding else { return Ok(Settled::Answered(response)) };
        if self.refreshed {
            self.refused_again(&snapshot, finding);
            return Ok(Settled::Answered(response));
        }
        match session.settle(&snapshot, finding, self.plan.route()) {
            Next::Return(reason) => {
                self.receipt.reason = Some(reason);
                Ok(Settled::Answered(response))
            }
            next => Ok(Settled::Refused(Box::new((response, next)))),
        }
    }

    /// A refreshed credential was refused, too. The refusal is final.
    pub(super) fn refused_again(&mut self, snapshot: &Snapshot, finding: Finding) {
        self.receipt.reason = Some(Reason::FreshTokenRefused);
        self.context.session.replay_was_refused(snapshot.stamp, finding, self.plan.route());
    }

    /// The call is about to be retried.
    pub(super) fn next_attempt(&mut self) {
        self.stage = Stage::Idle;
        self.receipt.retries += 1;
        self.request.set_retries(self.receipt.retries);
        self.receipt.verdict = None;
        self.receipt.reason = None;
    }

    /// Follows redirects and keeps cookies.
    pub(super) async fn follow(
        &mut self,
        snapshot: Option<&Snapshot>,
        stamp: Stamp,
        response: Response,
    ) -> Result<(Response, bool), Error> {
        let sender = sender(&self.context, &self.plan, &self.spans)?;
        let received = sender.receive(&mut self.request, snapshot, stamp, response, &mut Vec::new()).await?;
        self.answered = received.redirected_to.filter(|_| self.plan.has_pages());
        Ok((received.response, received.own))
    }

    /// Whether the answer refuses the credential. The receipt records the verdict.
    pub(super) async fn classify(
        &mut self,
        mut response: Response,
        own: bool,
        snapshot: &Snapshot,
    ) -> (Response, Option<Finding>) {
        let context = self.context.clone();
        let policy = context.policy(self.plan.endpoint());
        if policy.concerns(response.status()) {
            let classified;
            (response, classified) = self.verdict(response, own, snapshot).await;
            if let Some(Classification { verdict, reason }) = classified {
                self.receipt.verdict = Some(verdict);
                self.receipt.reason = reason;
                trace::refused(response.status(), verdict, reason);
            }
        }
        let finding = match self.receipt.verdict {
            Some(Verdict::Expired) => Some(Finding::Expired),
            Some(Verdict::Suspect) => Some(Finding::Suspect),
            Some(Verdict::NotAuth | Verdict::Forbidden | Verdict::Challenge(_)) | None => None,
        };
        if finding.is_none() && snapshot.wants_successes && own && response.status().is_success() {
            context.session.was_accepted(snapshot.stamp, self.plan.route());
        }
        (response, finding)
    }

    async fn verdict(
        &self,
        mut response: Response,
        own: bool,
        snapshot: &Snapshot,
    ) -> (Response, Option<Classification>) {
        if !own {
            let foreign = Classification::not_auth(Reason::ForeignOrigin);
            let classified = Some(foreign).filter(|_| !response.status().is_success());
            return (response, classified);
        }
        let policy = self.context.policy(self.plan.endpoint());
        let now = Instant::now();
        let expired = |snapshot: &Snapshot| {
            snapshot.credential().is_some_and(|known| known.has_lifetime() && known.is_expired(now))
        };
        let mut body = Bytes::new();
        if policy.wants_body(response.status(), response.headers(), self.plan.streams) {
            let peeked;
            (peeked, body) = peek::look_at(response.into_message()).await;
            response = peeked.into();
        }
        let headers = std::mem::take(response.headers_mut());
        let rejection = Rejection::new(response.status(), headers, body);
        let classified = policy.classify(&rejection, expired(snapshot));
        *response.headers_mut() = rejection.into_headers();
        if classified.is_some_and(|classified| classified.reason == Some(Reason::RuleFailed)) {
            self.context.session.report_rule_failed(self.plan.endpoint().map(|endpoint| endpoint.name));
        }
        (response, classified)
    }

    /// Waits until the call may be sent after a refresh, if the client limits how many are sent at once. The session
    /// may change meanwhile.
    pub(super) async fn take_turn<'c>(
        &self,
        context: &'c SharedContext,
        snapshot: Arc<Snapshot>,
    ) -> Result<(Arc<Snapshot>, Option<SemaphorePermit<'c>>), Error> {
        let Some(limit) = context.settings.replay_limit.as_deref() else { return Ok((snapshot, None)) };
        let permit = limit.acquire().await.ok();
        Ok((context.session.revalidate(&snapshot)?, permit))
    }

    pub(super) fn sender(&self) -> Result<Sender<'_>, Error> {
        sender(&self.context, &self.plan, &self.spans)
    }
}

fn sender<'a>(context: &'a SharedContext, plan: &'a Plan, spans: &'a SendSpans) -> Result<Sender<'a>, Error> {
    let placement: &Placement = match &plan.declaration {
        Declaration::Method(_) => context.placement()?,
        Declaration::HandWritten(hand_written) => &hand_written.placement,
    };
    // Without the session's credential a redirect says nothing about it.
    let refresh_on = plan.demand.map_or(&[] as &[_], |_| context.refresh_on(plan.endpoint()));
    Ok(Sender {
        upstream: &context.upstream,
        session: &context.session,
        placement,
        follow_to: &context.settings.follow_to,
        has_role: false,
        spans,
        refresh_on,
    })
}
