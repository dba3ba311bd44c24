//! Evaluates a response: follows redirects, classifies the response, and lets the session decide the next step.

use crate::platform::time::Instant;
use bytes::Bytes;

use super::execution::{Execution, sender};
use crate::auth::policy::Classified;
use crate::error::{Classification, Error, Reason, Rejection, Stamp};
use crate::platform::peek;
use crate::session::{Finding, Next, Snapshot};
use crate::trace;
use crate::transport::response::Response;

/// The first response to a call, together with the session's decision.
pub(super) struct Settled {
    pub(super) response: Response,
    /// The call's next step if the server refused the credential. The session chose this step.
    pub(super) next: Option<Next>,
}

impl Settled {
    fn answered(response: Response) -> Box<Self> {
        Box::new(Self { response, next: None })
    }
}

impl Execution {
    /// Returns whether the response is a success that does not affect the session. The session makes no decision about
    /// such a response.
    pub(super) fn is_plain(&self, response: &Response) -> bool {
        let attached = self.attached;
        response.status().is_success()
            && !response.sets_cookies()
            && !attached.learning
            && (!attached.credential || !self.plan.judges_successes(&self.context))
    }

    /// Follows redirects, classifies the response and lets the session decide the next step.
    pub(super) async fn settle(&mut self, response: Response) -> Result<Box<Settled>, Error> {
        let context = self.context.clone();
        let (session, attached) = (&context.session, self.attached);
        let mut snapshot = attached.credential.then(|| session.snapshot_at(attached.stamp));
        let judged = context.refresh_on(self.plan.endpoint()).contains(&response.status().as_u16());
        if response.status().is_redirection() && !judged {
            // The request to the redirect target is a new request, so it carries the current credential.
            if let Some(sent_with) = &snapshot {
                snapshot = Some(session.revalidate(sent_with)?);
                self.receipt.stamp = snapshot.as_ref().map(|snapshot| snapshot.stamp);
            }
        }
        let (response, own) = self.follow(snapshot.as_deref(), attached.stamp, response).await?;
        let Some(snapshot) = snapshot else { return Ok(Settled::answered(response)) };
        let (response, finding) = self.classify(response, own, &snapshot).await;
        let Some(finding) = finding else { return Ok(Settled::answered(response)) };
        if self.refreshed {
            self.refused_again(&snapshot, finding);
            return Ok(Settled::answered(response));
        }
        match session.settle(&snapshot, finding, self.plan.route()) {
            Next::Return(reason) => {
                self.receipt.reason = Some(reason);
                Ok(Settled::answered(response))
            }
            next => Ok(Box::new(Settled { response, next: Some(next) })),
        }
    }

    /// Records that the server also refused the refreshed credential. This refusal is final.
    pub(super) fn refused_again(&mut self, snapshot: &Snapshot, finding: Finding) {
        self.receipt.reason = Some(Reason::FreshTokenRefused);
        self.context.session.replay_was_refused(snapshot.stamp, finding, self.plan.route());
    }

    /// Follows redirects and stores cookies.
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

    /// Returns whether the response refuses the credential. The receipt records the classification.
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
            (response, classified) = self.classify_answer(response, own, snapshot).await;
            if let Some(Classified { classification, reason }) = classified {
                self.receipt.classification = Some(classification);
                self.receipt.reason = reason;
                trace::refused(response.status(), classification, reason);
            }
        }
        let finding = match self.receipt.classification {
            Some(Classification::Expired) => Some(Finding::Expired),
            Some(Classification::Suspect) => Some(Finding::Suspect),
            Some(Classification::NotAuth | Classification::Forbidden | Classification::Challenge(_))
            | None => None,
        };
        if finding.is_none() && snapshot.wants_successes && own && response.status().is_success() {
            context.session.was_accepted(snapshot.stamp, self.plan.route());
        }
        (response, finding)
    }

    async fn classify_answer(
        &self,
        mut response: Response,
        own: bool,
        snapshot: &Snapshot,
    ) -> (Response, Option<Classified>) {
        if !own {
            let foreign = Classified::not_auth(Reason::ForeignOrigin);
            let classified = Some(foreign).filter(|_| !response.status().is_success());
            return (response, classified);
        }
        let policy = self.context.policy(self.plan.endpoint());
        let now = Instant::now();
        let expired = snapshot.credential().is_some_and(|known| known.is_expired(now));
        let mut body = Bytes::new();
        if policy.wants_body(response.status(), response.headers(), self.plan.streams) {
            let peeked;
            (peeked, body) = peek::look_at(response.into_message()).await;
            response = peeked.into();
        }
        let headers = std::mem::take(response.headers_mut());
        let rejection = Rejection::new(response.status(), headers, body);
        let classified = policy.classify(&rejection, expired);
        *response.headers_mut() = rejection.into_headers();
        if classified.is_some_and(|classified| classified.reason == Some(Reason::RuleFailed)) {
            self.context.session.report_rule_failed(self.plan.endpoint().map(|endpoint| endpoint.name));
        }
        (response, classified)
    }
}
