//! The one way that every call takes: enter, send, judge, settle, replay. Not generic, and the only place
//! that knows "once".

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use reqwest::Response;
use tokio::time::Instant;

use crate::client::Client;
use crate::courier::{Courier, Delivered, Errand};
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind};
use crate::placement::Placement;
use crate::prepared::Prepared;
use crate::rejection::Rejection;
use crate::reply::Receipt;
use crate::session::{Demand, Entered, Finding, Next, Snapshot};
use crate::trace::{self, Trail};
use crate::verdict::{Verdict, judge};

/// Where a call with a deadline leaves the refusal that it meets.
pub(crate) type Met = Option<Arc<OnceLock<Arc<Rejection>>>>;

/// How a call is to be treated, from its declaration.
pub(crate) struct Plan {
    /// `None`: it has nothing to do with the session.
    pub(crate) demand: Option<Demand>,
    pub(crate) placement: Placement,
    /// `None`: a request of the user's own hands.
    pub(crate) endpoint: Option<&'static Endpoint>,
    /// What refusals are remembered by.
    pub(crate) route: Cow<'static, str>,
    pub(crate) met: Met,
}

/// A final answer, and how it was come by.
pub(crate) struct Arrived {
    pub(crate) response: Response,
    pub(crate) receipt: Receipt,
    /// The refusal that a replay followed.
    pub(crate) rejection: Option<Arc<Rejection>>,
}

pub(crate) async fn dispatch(client: Client, mut call: Prepared, plan: Plan) -> Result<Arrived, Error> {
    let mut journey = Journey {
        client: &client,
        plan: &plan,
        receipt: Receipt::default(),
        trail: Trail::new(plan.endpoint),
    };
    let Some(demand) = plan.demand else {
        return journey.send(&mut call, None).await.map(|sent| journey.end(sent.response));
    };
    let Some(Entered { pass, waited }) = client.session().enter(demand).await? else {
        return journey.send(&mut call, None).await.map(|sent| journey.end(sent.response));
    };
    journey.receipt.refreshed = waited;
    let first = journey.send(&mut call, Some(&pass)).await?;
    let Some(finding) = journey.find(&first, &pass) else {
        journey.accepted(&first, &pass);
        return Ok(journey.end(first.response));
    };
    trace::refused(first.response.status(), finding);
    match client.session().settle(&pass, finding, &plan.route) {
        Next::Return => Ok(journey.end(first.response)),
        // Boxed, so that a call which is not refused does not carry the room for it.
        next => Box::pin(journey.refused(call, first.response, next)).await,
    }
}

struct Journey<'a> {
    client: &'a Client,
    plan: &'a Plan,
    receipt: Receipt,
    trail: Trail,
}

impl Journey<'_> {
    async fn send(&mut self, call: &mut Prepared, pass: Option<&Snapshot>) -> Result<Delivered, Error> {
        let courier = Courier {
            wire: self.client.wire(),
            session: self.client.session(),
            placement: &self.plan.placement,
            errand: Errand::Ordinary,
            trail: &self.trail,
        };
        self.receipt.sends += 1;
        self.receipt.generation = pass.map(|pass| pass.stamp.generation);
        Box::pin(courier.deliver(call, pass))
            .await?
            .ok_or_else(|| Error::request("the body of the request is spent"))
    }

    /// What the answer says against the credential that was sent, if anything.
    fn find(&self, sent: &Delivered, pass: &Snapshot) -> Option<Finding> {
        let credential = pass.credential().filter(|_| sent.home)?;
        let outlived = credential.has_clock() && credential.is_expired(Instant::now());
        match judge(
            sent.response.status(),
            sent.response.headers(),
            self.client.refresh_on(self.plan.endpoint),
            outlived,
        ) {
            Verdict::Expired => Some(Finding::Expired),
            Verdict::Suspect => Some(Finding::Suspect),
            Verdict::NotAuth | Verdict::Forbidden | Verdict::Challenge => None,
        }
    }

    /// The first answer was a refusal, and something is to be done about it.
    async fn refused(&mut self, call: Prepared, first: Response, next: Next) -> Result<Arrived, Error> {
        if self.plan.endpoint.is_some_and(|endpoint| !endpoint.replay) {
            return self.renew_only(first, next).await;
        }
        // Read and let go before anything is waited for: the connection may be needed for the refresh.
        let rejection = Arc::new(Rejection::capture(first).await);
        if let Some(met) = &self.plan.met {
            let _ = met.set(rejection.clone());
        }
        let renewed = self.outcome(next).await.map_err(|error| error.with_rejection(rejection.clone()))?;
        if !call.is_replayable() {
            self.client.session().renewed_without_replay(renewed.stamp, &self.plan.route);
            let text =
                "the credential was refreshed, but the body is a one-shot stream: call again with a new one";
            return Err(Error::new(Kind::NotReplayable, text).with_rejection(rejection));
        }
        self.replay(call, renewed, rejection).await
    }

    async fn outcome(&mut self, next: Next) -> Result<Arc<Snapshot>, Error> {
        match next {
            Next::Replay(renewed) => Ok(renewed),
            Next::Wait(wait) => {
                self.receipt.refreshed = true;
                self.client.session().wait(wait).await
            }
            Next::Fail(error) => Err(error),
            Next::Return => Err(Error::new(Kind::Refresh, "the refusal is the call's answer")),
        }
    }

    /// `#[no_replay]`: the next call finds a fresh credential, this one gets its own answer.
    async fn renew_only(&mut self, first: Response, next: Next) -> Result<Arrived, Error> {
        match self.outcome(next).await {
            Ok(renewed) => {
                self.client.session().renewed_without_replay(renewed.stamp, &self.plan.route);
                Ok(self.end(first))
            }
            Err(error) => Err(error.with_rejection(Arc::new(Rejection::capture(first).await))),
        }
    }

    /// The second send. Its answer is final, whatever it says.
    async fn replay(
        &mut self,
        mut call: Prepared,
        pass: Arc<Snapshot>,
        rejection: Arc<Rejection>,
    ) -> Result<Arrived, Error> {
        trace::replays(pass.stamp.generation);
        let sent = self.send(&mut call, Some(&pass)).await;
        let sent = sent.map_err(|error| {
            let text = format!("{}, when the call was sent again with a refreshed credential", error.text());
            error.retext(text).with_rejection(rejection.clone())
        })?;
        match self.find(&sent, &pass) {
            Some(finding) => self.client.session().replay_was_refused(pass.stamp, finding, &self.plan.route),
            None => self.accepted(&sent, &pass),
        }
        Ok(Arrived { rejection: Some(rejection), ..self.end(sent.response) })
    }

    fn accepted(&self, sent: &Delivered, pass: &Snapshot) {
        if pass.learning && sent.home && sent.response.status().is_success() {
            self.client.session().was_accepted(pass.stamp, &self.plan.route);
        }
    }

    fn end(&self, response: Response) -> Arrived {
        Arrived { response, receipt: self.receipt, rejection: None }
    }
}
