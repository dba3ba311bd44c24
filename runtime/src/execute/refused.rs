//! What follows a refusal that is worth a refresh: its outcome, and a second send, whose answer is final. The only place that
//! knows "once".

use std::future::Future;
use std::sync::Arc;

use tokio::time::Instant;

use super::dispatch::{Arrived, Journey, turn};
use crate::error::Reason;
use crate::error::RefreshedBy;
use crate::error::Rejection;
use crate::error::{Error, Kind};
use crate::execute::courier::Delivered;
use crate::response::capture::capture;
use crate::session::{Next, Snapshot};
use crate::trace;

impl Journey {
    /// The first answer was a refusal, and something is to be done about it.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async fn has its arguments in memory twice, for each who waits"
    )]
    pub(crate) fn refused(
        &mut self,
        first: Box<Delivered>,
        next: Next,
    ) -> impl Future<Output = Result<Box<Arrived>, Error>> + Send + '_ {
        async move {
            if self.plan.endpoint().is_some_and(|endpoint| !endpoint.replay) {
                return Box::pin(self.renew_only(first, next)).await;
            }
            // Read and let go before anything is waited for: the connection may be needed for the refresh.
            let rejection = Arc::new(Box::pin(capture(first.response)).await);
            if let Some(met) = &self.plan.met {
                let _ = met.set(rejection.clone());
            }
            match self.outcome(next).await {
                Ok(renewed) if self.call.is_replayable() => Box::pin(self.replay(renewed, rejection)).await,
                Ok(renewed) => Err(self.not_replayable(&renewed).with_rejection(rejection)),
                Err(error) => Err(error.with_rejection(rejection)),
            }
        }
    }

    fn not_replayable(&mut self, renewed: &Snapshot) -> Error {
        self.client.session().refreshed_without_replay(renewed.stamp, self.plan.route());
        self.receipt.reason = Some(Reason::BodySpent);
        let text =
            "the credential was refreshed, but the body is a one-shot stream: call again with a new one";
        Error::new(Kind::NotReplayable, text)
    }

    /// What the session is after the refresh that the refusal is worth.
    #[expect(clippy::manual_async_fn, reason = "as above")]
    fn outcome(&mut self, next: Next) -> impl Future<Output = Result<Arc<Snapshot>, Error>> + Send + '_ {
        async move {
            let renewed = match next {
                Next::Replay(renewed) => {
                    self.receipt.refreshed_by = Some(RefreshedBy::Already);
                    Ok(renewed)
                }
                Next::Wait(wait) => {
                    self.receipt.refreshed_by = Some(wait.by());
                    let begun = Instant::now();
                    let renewed = Box::pin(self.client.session().wait(wait)).await;
                    self.receipt.waited += begun.elapsed();
                    renewed
                }
                Next::Fail(error) => Err(error),
                Next::Return(_) => Err(Error::new(Kind::Refresh, "the refusal is the call's answer")),
            };
            renewed.inspect_err(|error| self.receipt.reason = Reason::of(error.kind()))
        }
    }

    /// `#[no_replay]`: the next call finds a fresh credential, this one gets its own answer.
    async fn renew_only(&mut self, first: Box<Delivered>, next: Next) -> Result<Box<Arrived>, Error> {
        match self.outcome(next).await {
            Ok(renewed) => {
                self.client.session().refreshed_without_replay(renewed.stamp, self.plan.route());
                self.receipt.reason = Some(Reason::NoReplay);
                Ok(self.end(first.response))
            }
            Err(error) => Err(error.with_rejection(Arc::new(capture(first.response).await))),
        }
    }

    /// The second send. Its answer is final, whatever it says.
    async fn replay(
        &mut self,
        pass: Arc<Snapshot>,
        rejection: Arc<Rejection>,
    ) -> Result<Box<Arrived>, Error> {
        let client = self.client.clone();
        let mended = self.receipt.verdict;
        let (pass, turn) =
            turn(&client, pass).await.map_err(|error| error.with_rejection(rejection.clone()))?;
        trace::replays(pass.stamp.generation);
        let sent = self.send(Some(&pass)).await;
        drop(turn);
        let mut sent = sent.map_err(|error| {
            let text = format!("{}, when the call was sent again with a refreshed credential", error.text());
            error.retext(text).with_rejection(rejection.clone())
        })?;
        self.receipt.verdict = None;
        if self.is_suspicious(&sent) {
            sent = Box::pin(self.judge(sent, &pass)).await;
        }
        if let Some(finding) = self.finding(&sent, &pass) {
            self.receipt.reason = Some(Reason::FreshTokenRefused);
            self.client.session().replay_was_refused(pass.stamp, finding, self.plan.route());
        }
        // The last refusal that it met: that of the second answer, or the one that was mended.
        self.receipt.verdict = self.receipt.verdict.or(mended);
        let mut arrived = self.end(sent.response);
        arrived.rejection = Some(rejection);
        Ok(arrived)
    }
}
