//! The way of a call that is not plain, from its beginning or from its first answer on: enter, send, judge, settle. Not
//! generic. What follows a refusal is in [`refused`].

use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use crate::auth::policy::Judgement;
use crate::auth::rules::Refusal;
use crate::client::client::{Client, Inner};
use crate::declaration::endpoint::Endpoint;
use crate::declaration::paging::Paging;
use crate::error::Error;
use crate::error::Reason;
use crate::error::Receipt;
use crate::error::Rejection;
use crate::error::Stamp;
use crate::error::Verdict;
use crate::execute::courier::{Courier, Delivered, Errand};
use crate::execute::plan::{Declaration, Plan};
use crate::request::prepared::Prepared;
use crate::response::answer::Answer;
use crate::response::decode::Reading;
use crate::response::pages::Continuation;
use crate::session::{Entered, Finding, Next, Snapshot};
use crate::trace::{self, Trail};
use crate::transport::peek;
use crate::transport::response::Response;

/// A final answer, and how it was come by.
pub(crate) struct Arrived {
    pub(crate) response: Response,
    pub(crate) receipt: Receipt,
    /// The refusal that a replay followed.
    pub(crate) rejection: Option<Arc<Rejection>>,
}

/// The first answer to a call, and how that was sent.
pub(crate) struct First {
    pub(crate) response: Response,
    /// What the session was when it was sent, and whether its credential went along.
    pub(crate) stamp: Stamp,
    pub(crate) carried: bool,
}

/// A call on its way. Its large steps are boxed, and free before the next: thousands may wait for the same refresh.
pub(crate) struct Journey {
    pub(crate) client: Client,
    pub(crate) call: Prepared,
    pub(crate) plan: Plan,
    pub(crate) receipt: Receipt,
    pub(crate) trail: Trail,
}

impl Journey {
    pub(crate) fn new(client: Client, call: Prepared, plan: Plan, trail: Trail) -> Self {
        Self { client, call, plan, receipt: Receipt::default(), trail }
    }

    /// All of it, to an answer that is read as far as its reader wants it.
    pub(crate) async fn answer(
        &mut self,
        first: Option<Box<First>>,
        reading: Reading,
    ) -> Result<Answer, Error> {
        let mut arrived = self.travel(first).await?;
        if reading.is_live(arrived.response.status()) {
            return Ok(Answer::live(*arrived));
        }
        Box::pin(Answer::read(&mut arrived)).await
    }

    /// Enter, send, judge and, if it was refused, settle. Once. With a `first` answer, the call was sent already.
    pub(crate) async fn travel(&mut self, first: Option<Box<First>>) -> Result<Box<Arrived>, Error> {
        let arrived = match first {
            Some(first) => self.go_on(first).await,
            None => self.try_travel().await,
        };
        arrived.map_err(|error| error.with_receipt(self.receipt))
    }

    pub(crate) async fn try_travel(&mut self) -> Result<Box<Arrived>, Error> {
        let Some(mut pass) = self.enter().await? else {
            let sent = self.send(None).await?;
            return Ok(self.end(sent.response));
        };
        let waited = self.receipt.refreshed_by.is_some();
        let sent = if waited && self.client.replays().is_some() {
            // Whoever waited for the refresh is part of the crowd that it lets go.
            Box::pin(self.send_in_turn(&mut pass)).await?
        } else {
            self.send(Some(&pass)).await?
        };
        self.settle(sent, pass).await
    }

    pub(crate) async fn go_on(&mut self, first: Box<First>) -> Result<Box<Arrived>, Error> {
        match Box::pin(self.take_up(first)).await? {
            (sent, Some(pass)) => self.settle(sent, pass).await,
            (sent, None) => Ok(self.end(sent.response)),
        }
    }

    /// With what the call carried.
    pub(crate) async fn take_up(
        &mut self,
        first: Box<First>,
    ) -> Result<(Box<Delivered>, Option<Arc<Snapshot>>), Error> {
        let First { response, stamp, carried } = *first;
        let session = self.client.session();
        let pass = match carried.then(|| session.snapshot_at(stamp)) {
            // The next hop is another request, with what the session is by now.
            Some(pass) if response.status().is_redirection() => Some(session.revalidate(&pass)?),
            pass => pass,
        };
        self.receipt.sends = 1;
        self.receipt.stamp = pass.as_ref().map(|pass| pass.stamp);
        let courier = courier(&self.client, &self.plan, &self.trail)?;
        let sent = courier.take_up(&mut self.call, pass.as_deref(), stamp, response).await?;
        Ok((sent, pass))
    }

    /// Judges the answer to the first send, and does what is to be done about it.
    pub(crate) async fn settle(
        &mut self,
        mut sent: Box<Delivered>,
        pass: Arc<Snapshot>,
    ) -> Result<Box<Arrived>, Error> {
        if self.is_suspicious(&sent) {
            sent = Box::pin(self.judge(sent, &pass)).await;
        }
        let Some(finding) = self.finding(&sent, &pass) else {
            return Ok(self.end(sent.response));
        };
        match self.client.session().settle(&pass, finding, self.plan.route()) {
            Next::Return(reason) => {
                self.receipt.reason = Some(reason);
                Ok(self.end(sent.response))
            }
            next => Box::pin(self.refused(sent, next)).await,
        }
    }

    /// What it takes to ask for the pages after this one; `None` if the body is spent by one.
    pub(crate) fn continuation(
        &self,
        endpoint: &'static Endpoint,
        paging: Paging,
    ) -> Result<Option<Box<Continuation>>, Error> {
        let url = self.call.url(self.client.wire())?.into_owned();
        let request = self.call.at(url.clone());
        let client = self.client.clone();
        Ok(request.map(|request| Box::new(Continuation { client, endpoint, paging, request, url })))
    }

    /// What the call takes along, if anything.
    pub(crate) async fn enter(&mut self) -> Result<Option<Arc<Snapshot>>, Error> {
        let Some(demand) = self.plan.demand else { return Ok(None) };
        let session = self.client.session();
        let once = !self.call.is_replayable();
        let pass = session.snapshot();
        let entered = match session.enter_at_once(&pass, demand, once) {
            Poll::Ready(goes) => goes.then_some(Entered { snapshot: pass, waited: None }),
            Poll::Pending => Box::pin(session.enter(demand, once)).await?,
        };
        Ok(entered.map(|Entered { snapshot: pass, waited }| {
            if let Some(waited) = waited {
                self.receipt.refreshed_by = Some(waited.by);
                self.receipt.waited = waited.time;
            }
            pass
        }))
    }

    pub(crate) async fn send(&mut self, pass: Option<&Snapshot>) -> Result<Box<Delivered>, Error> {
        self.receipt.sends += 1;
        self.receipt.stamp = pass.map(|pass| pass.stamp);
        let courier = courier(&self.client, &self.plan, &self.trail)?;
        let delivered = Box::pin(courier.deliver(&mut self.call, pass)).await?;
        delivered.ok_or_else(|| Error::request("the body of the request is spent"))
    }

    /// The first send of a call that waited for a refresh, when it is its turn.
    pub(crate) async fn send_in_turn(&mut self, pass: &mut Arc<Snapshot>) -> Result<Box<Delivered>, Error> {
        let client = self.client.clone();
        let (current, turn) = turn(&client, pass.clone()).await?;
        *pass = current;
        let sent = self.send(Some(pass)).await;
        drop(turn);
        sent
    }

    /// Whether the answer may say something against the credential that was sent.
    pub(crate) fn is_suspicious(&self, sent: &Delivered) -> bool {
        self.client.law(self.plan.endpoint()).concerns(sent.response.status())
    }

    /// What the answer says against the credential, by the verdict in the receipt.
    pub(crate) fn finding(&self, sent: &Delivered, pass: &Snapshot) -> Option<Finding> {
        let finding = match self.receipt.verdict {
            Some(Verdict::Expired) => Some(Finding::Expired),
            Some(Verdict::Suspect) => Some(Finding::Suspect),
            Some(Verdict::NotAuth | Verdict::Forbidden | Verdict::Challenge(_)) | None => None,
        };
        if finding.is_none() && pass.wants_successes && sent.home && sent.response.status().is_success() {
            self.client.session().was_accepted(pass.stamp, self.plan.route());
        }
        finding
    }

    /// Leaves the verdict in the receipt.
    pub(crate) async fn judge(&mut self, mut sent: Box<Delivered>, pass: &Snapshot) -> Box<Delivered> {
        let law = self.client.law(self.plan.endpoint());
        let judged = if sent.home {
            let outlived = pass
                .credential()
                .is_some_and(|credential| credential.has_lifetime() && credential.is_expired(Instant::now()));
            let mut body = Bytes::new();
            if law.wants_body(sent.response.status(), sent.response.headers(), self.plan.live) {
                let response;
                (response, body) = peek::look_at(sent.response.into_reqwest()).await;
                sent.response = response.into();
            }
            let refusal = Refusal::new(sent.response.status(), sent.response.headers(), &body);
            law.judge(&refusal, outlived)
        } else {
            Some(Judgement::not_auth(Reason::ForeignOrigin)).filter(|_| !sent.response.status().is_success())
        };
        if let Some(Judgement { verdict, reason }) = judged {
            self.receipt.verdict = Some(verdict);
            self.receipt.reason = reason;
            trace::refused(sent.response.status(), verdict, reason);
            if reason == Some(Reason::RuleFailed) {
                self.client.session().report_rule_failed(self.plan.endpoint().map(|endpoint| endpoint.name));
            }
        }
        sent
    }

    pub(crate) fn end(&self, response: Response) -> Box<Arrived> {
        Box::new(Arrived { response, receipt: self.receipt, rejection: None })
    }
}

fn courier<'a>(client: &'a Client, plan: &'a Plan, trail: &'a Trail) -> Result<Courier<'a>, Error> {
    let Inner { wire, session, .. } = client.inner();
    let placement = match &plan.of {
        Declaration::Method(_) => client.placement()?,
        Declaration::Nobody(undeclared) => &undeclared.placement,
    };
    Ok(Courier { wire, session, placement, errand: Errand::Ordinary, trail })
}

/// Waits for a call's turn to be sent after a refresh, if there is a limit. Meanwhile the session may have changed, or may
/// be over.
pub(crate) async fn turn(
    client: &Client,
    pass: Arc<Snapshot>,
) -> Result<(Arc<Snapshot>, Option<SemaphorePermit<'_>>), Error> {
    let Some(replays) = client.replays() else { return Ok((pass, None)) };
    let turn = replays.acquire().await.ok();
    Ok((client.session().revalidate(&pass)?, turn))
}
