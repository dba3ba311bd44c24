//! Handles a refused credential: refreshes the session and sends the call again. If the server also refuses the
//! repeated request, the call returns the second refusal.

use std::future::Future;
use std::sync::Arc;

use super::execution::Execution;
use super::retry::faults::Stage;
use crate::error::{Classification, Error, Kind, Reason, RefreshedBy, Rejection};
use crate::platform::messages;
use crate::platform::time::Instant;
use crate::response::capture::capture;
use crate::session::{Next, Snapshot};
use crate::trace;
use crate::transport::response::Response;

impl Execution {
    /// Returns the final response to the call. If the server refused the credential and a newer credential can be
    /// obtained, the call is sent again and the second response is returned.
    #[expect(clippy::manual_async_fn, reason = "an async fn stores two copies of its arguments")]
    pub(super) fn act_on(
        &mut self,
        evaluated: Box<(Response, Option<Next>)>,
    ) -> impl Future<Output = Result<(Response, Option<Arc<Rejection>>), Error>> + Send + '_ {
        async move {
            let (response, next) = *evaluated;
            let Some(next) = next else { return Ok((response, None)) };
            self.stage = Stage::Idle;
            self.refreshed = true;
            if self.plan.endpoint().is_some_and(|endpoint| !endpoint.replay) {
                return Box::pin(self.refresh_only(response, next)).await;
            }
            // The response is dropped before the call waits, because the refresh might need the response's connection.
            let rejection = Arc::new(Box::pin(capture(response)).await);
            if let Some(slot) = &self.plan.rejection_slot {
                let _ = slot.set(rejection.clone());
            }
            match self.refreshed(next).await {
                Ok(snapshot) if self.request.is_replayable() => {
                    Box::pin(self.send_again(snapshot, rejection)).await
                }
                Ok(snapshot) => Err(self.not_replayable(&snapshot).with_rejection(rejection)),
                Err(error) if self.is_forbidden(&error) => {
                    self.is_cut = rejection.is_cut();
                    Ok((response_of(&rejection), None))
                }
                Err(error) => Err(error.with_rejection(rejection)),
            }
        }
    }

    fn not_replayable(&mut self, snapshot: &Snapshot) -> Error {
        self.context.session.refreshed_without_replay(snapshot.stamp, self.plan.route());
        self.receipt.reason = Some(Reason::BodySpent);
        let text = "the credential was refreshed, but the body is a stream that can be sent only once. Call the \
                    method again with a new stream";
        Error::new(Kind::NotReplayable, text)
    }

    #[expect(clippy::manual_async_fn, reason = "an async fn stores two copies of its arguments")]
    fn refreshed(&mut self, next: Next) -> impl Future<Output = Result<Arc<Snapshot>, Error>> + Send + '_ {
        async move {
            let refreshed = match next {
                Next::Replay(snapshot) => {
                    self.receipt.refreshed_by = Some(RefreshedBy::Already);
                    Ok(snapshot)
                }
                Next::Wait(wait) => {
                    self.receipt.refreshed_by = Some(wait.by());
                    let begun = Instant::now();
                    let refreshed = Box::pin(self.context.session.wait(wait)).await;
                    self.receipt.waited += begun.elapsed();
                    refreshed
                }
                Next::Fail(error) => {
                    if error.is_session_expired() {
                        self.context.session.end_is_saved().await;
                    }
                    Err(error)
                }
                Next::Return(_) => Err(Error::new(
                    Kind::Refresh,
                    "the server refused the call, and the session was not refreshed. Report this bug in afresh",
                )),
            };
            refreshed.inspect_err(|error| self.receipt.reason = Reason::of(error.kind()))
        }
    }

    /// Handles a `#[no_replay]` method: refreshes the session for later calls, and returns the refusal.
    async fn refresh_only(
        &mut self,
        response: Response,
        next: Next,
    ) -> Result<(Response, Option<Arc<Rejection>>), Error> {
        match self.refreshed(next).await {
            Ok(snapshot) => {
                self.context.session.refreshed_without_replay(snapshot.stamp, self.plan.route());
                self.receipt.reason = Some(Reason::NoReplay);
                Ok((response, None))
            }
            Err(error) if self.is_forbidden(&error) => Ok((response, None)),
            Err(error) => Err(error.with_rejection(Arc::new(capture(response).await))),
        }
    }

    /// Returns whether the call must return the server's refusal to its caller. A refresh that returns the same access
    /// token shows that the token is still valid, so a 403 response without a stated reason is returned to the caller.
    /// The session remembers the 403 response, so the next 403 response to the same method does not trigger a refresh.
    fn is_forbidden(&self, error: &Error) -> bool {
        let forbidden =
            error.is_no_progress() && self.receipt.classification == Some(Classification::Suspect);
        if let Some(stamp) = self.receipt.stamp.filter(|_| forbidden) {
            self.context.session.refresh_returned_same_token(stamp, self.plan.route());
        }
        forbidden
    }

    async fn send_again(
        &mut self,
        snapshot: Arc<Snapshot>,
        rejection: Arc<Rejection>,
    ) -> Result<(Response, Option<Arc<Rejection>>), Error> {
        let context = self.context.clone();
        let first_classification = self.receipt.classification;
        let turn = self.take_turn(&context, snapshot).await;
        let (snapshot, permit) = turn.map_err(|error| error.with_rejection(rejection.clone()))?;
        trace::replays(snapshot.stamp.generation);
        let received = self.send_and_follow(&snapshot).await;
        drop(permit);
        let (response, own) = received.map_err(|error| {
            let text = format!(
                "{}. The error occurred when the call was sent again with a refreshed credential",
                error.text()
            );
            error.retext(text).with_rejection(rejection.clone())
        })?;
        self.receipt.classification = None;
        let (response, refusal) = Box::pin(self.classify(response, own, &snapshot)).await;
        if let Some(refusal) = refusal {
            self.refused_again(&snapshot, refusal);
        }
        // If the second response is not a refusal, `receipt` keeps the classification of the first response.
        self.receipt.classification = self.receipt.classification.or(first_classification);
        Ok((response, Some(rejection)))
    }

    async fn send_and_follow(&mut self, snapshot: &Snapshot) -> Result<(Response, bool), Error> {
        let response = self.send_with(Some(snapshot))?.await?;
        self.stage = Stage::Answered;
        self.follow(Some(snapshot), self.attached.stamp, response).await
    }
}

/// Converts the refusal back into a response, so that the refusal can be decoded as the declared type.
fn response_of(rejection: &Rejection) -> Response {
    let mut response = http::Response::new(rejection.body().clone());
    *response.status_mut() = rejection.status();
    *response.headers_mut() = rejection.headers().clone();
    messages::Response::from(response).into()
}
