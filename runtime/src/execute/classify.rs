//! Evaluates a response: follows redirects, classifies the response, and lets the session decide the next step.

use crate::platform::time::Instant;
use bytes::Bytes;

use super::execution::{Execution, sender};
use crate::auth::policy::Classified;
use crate::error::{Classification, Error, Reason, Rejection, Stamp};
use crate::platform::peek;
use crate::session::{Next, RefusalKind, Snapshot};
use crate::trace;
use crate::transport::response::Response;

impl Execution {
    /// Returns whether the response is a success that the session does not need to examine.
    pub(super) fn is_plain(&self, response: &Response) -> bool {
        let attached = self.attached;
        response.status().is_success()
            && !response.sets_cookies()
            && !attached.learning
            && (!attached.credential || !self.plan.classifies_successes(&self.context))
    }

    /// Returns the response after any redirects. If the server refused the credential, also returns the session's
    /// decision about the next step.
    pub(super) async fn evaluate(
        &mut self,
        response: Response,
    ) -> Result<Box<(Response, Option<Next>)>, Error> {
        let context = self.context.clone();
        let (session, attached) = (&context.session, self.attached);
        let mut snapshot = attached.credential.then(|| session.snapshot_at(attached.stamp));
        let is_refusal = context.refresh_on(self.plan.endpoint()).contains(response.status());
        if response.status().is_redirection() && !is_refusal {
            // The request to the redirect target is a new request, so it carries the session's current credential.
            if let Some(sent_with) = &snapshot {
                snapshot = Some(session.revalidate(sent_with)?);
                self.receipt.stamp = snapshot.as_ref().map(|snapshot| snapshot.stamp);
            }
        }
        let (response, own) = self.follow(snapshot.as_deref(), attached.stamp, response).await?;
        let Some(snapshot) = snapshot else { return Ok(Box::new((response, None))) };
        let (response, refusal) = self.classify(response, own, &snapshot).await;
        let Some(refusal) = refusal else { return Ok(Box::new((response, None))) };
        if self.refreshed {
            self.refused_again(&snapshot, refusal);
            return Ok(Box::new((response, None)));
        }
        match session.settle(&snapshot, refusal, self.plan.route()) {
            Next::Return(reason) => {
                self.receipt.reason = Some(reason);
                Ok(Box::new((response, None)))
            }
            next => Ok(Box::new((response, Some(next)))),
        }
    }

    /// Records that the server refused the refreshed credential as well, which makes the refusal final.
    pub(super) fn refused_again(&mut self, snapshot: &Snapshot, refusal: RefusalKind) {
        self.receipt.reason = Some(Reason::FreshTokenRefused);
        self.context.session.replay_was_refused(snapshot.stamp, refusal, self.plan.route());
    }

    /// Follows redirects and stores cookies.
    pub(super) async fn follow(
        &mut self,
        snapshot: Option<&Snapshot>,
        stamp: Stamp,
        response: Response,
    ) -> Result<(Response, bool), Error> {
        let sender = sender(&self.context, &self.plan, &self.spans)?;
        let (response, came_from) =
            sender.receive(&mut self.request, snapshot, stamp, response, &mut Vec::new()).await?;
        self.answered = came_from.redirected_to.filter(|_| self.plan.has_pages());
        Ok((response, came_from.own))
    }

    /// Returns a [`RefusalKind`] if the response refuses the credential.
    pub(super) async fn classify(
        &mut self,
        mut response: Response,
        own: bool,
        snapshot: &Snapshot,
    ) -> (Response, Option<RefusalKind>) {
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
        let refusal = match self.receipt.classification {
            Some(Classification::Expired) => Some(RefusalKind::Expired),
            Some(Classification::Suspect) => Some(RefusalKind::Suspect),
            Some(Classification::NotAuth | Classification::Forbidden | Classification::Challenge(_))
            | None => None,
        };
        if refusal.is_none() && snapshot.wants_successes && own && response.status().is_success() {
            context.session.was_accepted(snapshot.stamp, self.plan.route());
        }
        (response, refusal)
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
