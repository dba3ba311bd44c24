//! Revokes tokens that are no longer used (RFC 7009). Each revocation runs in a task with a deadline. A failed
//! revocation does not affect calls.

use std::future::Future;
use std::time::Duration;

use tokio::sync::oneshot;

use super::decisions::RefreshResult;
use super::events::SessionEvent;
use super::revoking::Revoking;
use super::session::Session;
use super::snapshot::Snapshot;
use super::tokens::Tokens;
use crate::error::{Error, Kind, Result, Stamp};
use crate::platform::task;
use crate::platform::time::timeout;

const DEADLINE: Duration = Duration::from_secs(10);

impl Session {
    /// Ends the session as [`clear`](Self::clear) does, and then revokes the session's tokens on the server. The
    /// runtime revokes the tokens with the function from [`revoke_with`](crate::ClientBuilder::revoke_with) or, if that
    /// function is not set, with [`Refresher::revoke`](crate::Refresher::revoke). If the program provides neither
    /// `revoke_with` nor `Refresher::revoke`, no revocation request is sent.
    ///
    /// If the [store](crate::ClientBuilder::store) has not been read yet, the stored tokens are not revoked. To
    /// revoke the stored tokens, call [`load`](Self::load) first.
    ///
    /// The session is logged out when `revoke` returns, even without network access. Await the returned future to find
    /// out whether the revocation succeeded. The revocation runs even if the returned future is not awaited. Outside a
    /// Tokio runtime, no tokens are revoked.
    ///
    /// # Errors
    ///
    /// - Returns an error if the revocation failed. After a failed revocation, the tokens might still be valid.
    ///   [`SessionEvent::NotRevoked`] also reports a failed revocation.
    ///
    /// - Returns an error for which [`is_store`](Error::is_store) returns `true` if the tokens were revoked but the
    ///   store failed.
    ///
    /// This function is cancel safe: if the future is dropped, the revocation continues for at most 10 s.
    ///
    /// ```
    /// # async fn example(session: afresh::Session) {
    /// if let Err(error) = session.revoke().await {
    ///     eprintln!("logged out, but the tokens were not revoked: {error}");
    /// }
    /// # }
    /// ```
    pub fn revoke(&self) -> impl Future<Output = Result<()>> + Send + 'static {
        let ended = self.log_out();
        let tokens = ended.credential().map(|credential| credential.tokens().clone());
        let revoking = tokens.map(|tokens| self.start_to_revoke(tokens));
        let session = self.clone();
        async move {
            let stored = session.saved().await;
            let revoked = match revoking {
                None | Some(Revoking::NotNeeded) => Ok(()),
                Some(Revoking::NoRuntime) => {
                    Err(Error::request("a revocation needs a Tokio runtime. Call `revoke` inside one"))
                }
                Some(Revoking::Task(done)) => done.await.unwrap_or_else(|broken| {
                    Err(Error::new(
                        Kind::Transport,
                        "the revocation was cancelled, so the tokens might still be valid. Await `revoke` before the runtime shuts down",
                    )
                    .with_source(broken))
                }),
            };
            revoked.and(stored)
        }
    }

    /// Revokes `tokens`, unless they come from the current login. `begun` is the session's stamp at the time the tokens
    /// were requested.
    ///
    /// All tokens from one login belong to the same grant. A server may end the entire grant when one of its tokens is
    /// revoked (RFC 7009 §2.1).
    pub(super) fn revoke_discarded(&self, begun: Stamp, tokens: Tokens) {
        let now = self.snapshot();
        if now.stamp.epoch != begun.epoch && !shares_a_token(&now, &tokens) {
            self.start_to_revoke(tokens);
        }
    }

    /// Revokes the tokens that a refresh returned after another process had logged in as a different user.
    pub(super) fn revoke_superseded(&self, result: &RefreshResult) {
        if let RefreshResult::Refreshed { credential, .. } = result {
            self.start_to_revoke(credential.tokens().clone());
        }
    }

    fn start_to_revoke(&self, tokens: Tokens) -> Revoking {
        match (self.revoker(), self.provider()) {
            (Some(revoke), _) => revoke(self, tokens),
            (None, Some(provider)) => provider.revoke(self, tokens),
            (None, None) => Revoking::NotNeeded,
        }
    }

    /// Runs `revoke` as a task. A program that cannot revoke tokens does not link this function, because only code that
    /// revokes tokens refers to this function.
    pub(crate) fn start_revocation(
        &self,
        revoke: impl Future<Output = Result<()>> + Send + 'static,
    ) -> Revoking {
        let Some(runtime) = self.runtime() else { return Revoking::NoRuntime };
        let session = self.clone();
        let (done, revoked) = oneshot::channel();
        task::spawn(&runtime, async move {
            let result = timeout(DEADLINE, revoke).await;
            let result = result.unwrap_or_else(|elapsed| {
                Err(Error::new(
                    Kind::Timeout,
                    "the revocation did not finish within 10 s, so the tokens might still be valid. Check the network",
                )
                .with_source(elapsed))
            });
            if let Err(error) = &result {
                session.emit(SessionEvent::NotRevoked(error.clone()));
            }
            // Sending the result fails if the caller has stopped waiting, so the send error is ignored.
            let _ = done.send(result);
        });
        Revoking::Task(revoked)
    }
}

fn shares_a_token(now: &Snapshot, tokens: &Tokens) -> bool {
    now.credential().is_some_and(|credential| {
        let current = credential.tokens();
        tokens.access_token().is_some() && tokens.access_token() == current.access_token()
            || tokens.refresh_token().is_some() && tokens.refresh_token() == current.refresh_token()
    })
}
