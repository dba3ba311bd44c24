//! Tokens that nobody wants any more are made worthless at the server (RFC 7009), best effort: in a task of
//! its own, bounded in time, and nobody waits for it unless asked to.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::decisions::RefreshResult;
use super::events::SessionEvent;
use super::session::Session;
use super::snapshot::Snapshot;
use super::tokens::Tokens;
use crate::error::{Error, Kind, Result, Stamp};
use crate::platform::task;

const DEADLINE: Duration = Duration::from_secs(10);

impl Session {
    /// Ends the session here, as [`clear`](Self::clear) does, and then tells the server that its tokens are
    /// not wanted any more: by [`revoke_with`](crate::ClientBuilder::revoke_with) or
    /// [`Refresher::revoke`](crate::Refresher::revoke), if there is either.
    ///
    /// Of a [store](crate::ClientBuilder::store) that has not been read it knows no tokens:
    /// [`load`](Self::load) first.
    ///
    /// Nobody is logged in any more when this returns, also without a network. Awaiting it says whether the
    /// server was told; it need not be awaited, but outside of a tokio runtime nobody is told.
    ///
    /// # Errors
    ///
    /// What the revocation failed with: the tokens may still be good. Also told as
    /// [`SessionEvent::NotRevoked`]. [`is_store`](Error::is_store) if only the store could not be told.
    ///
    /// Cancel safe: the revocation goes on when the future is dropped, for at most 10 s.
    ///
    /// ```
    /// # async fn example(session: afresh::Session) {
    /// if let Err(error) = session.revoke().await {
    ///     eprintln!("logged out, but the server was not told: {error}");
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
                Some(Revoking::NoRuntime) => Err(Error::request("there is no tokio runtime to revoke on")),
                Some(Revoking::Task(done)) => done.await.unwrap_or_else(|broken| {
                    Err(Error::new(Kind::Transport, "the revocation was broken off").with_source(broken))
                }),
            };
            revoked.and(stored)
        }
    }

    /// `tokens` were got under `begun` and are nobody's now.
    ///
    /// Within one epoch they are of the same grant as what the session has, and a server may end the whole
    /// grant with one of its tokens (RFC 7009 §2.1): then they are left alone.
    pub(super) fn revoke_discarded(&self, begun: Stamp, tokens: Tokens) {
        let now = self.snapshot();
        if now.stamp.epoch != begun.epoch && !shares_a_secret(&now, &tokens) {
            self.start_to_revoke(tokens);
        }
    }

    /// What a refresh brought while another process logged in as somebody else.
    pub(super) fn revoke_superseded(&self, brought: &RefreshResult) {
        if let RefreshResult::Renewed { credential, .. } = brought {
            self.start_to_revoke(credential.tokens().clone());
        }
    }

    fn start_to_revoke(&self, tokens: Tokens) -> Revoking {
        if !self.can_revoke() {
            return Revoking::NotNeeded;
        }
        let Ok(runtime) = Handle::try_current() else { return Revoking::NoRuntime };
        let session = self.clone();
        let (done, revoked) = oneshot::channel();
        task::spawn(&runtime, async move {
            let told = tokio::time::timeout(DEADLINE, session.revoke_at_server(tokens)).await;
            let told = told.unwrap_or_else(|elapsed| {
                Err(Error::new(Kind::Timeout, "the revocation took too long").with_source(elapsed))
            });
            if let Err(error) = &told {
                session.emit(SessionEvent::NotRevoked(error.clone()));
            }
            // The caller may have stopped waiting.
            let _ = done.send(told);
        });
        Revoking::Task(revoked)
    }

    fn can_revoke(&self) -> bool {
        self.revoker().is_some() || self.provider().is_some_and(|provider| provider.can_revoke())
    }

    async fn revoke_at_server(&self, tokens: Tokens) -> Result<()> {
        match (self.revoker(), self.provider()) {
            (Some(revoke), _) => revoke(tokens).await,
            (None, Some(provider)) => provider.revoke(self, &tokens).await,
            (None, None) => Ok(()),
        }
    }
}

enum Revoking {
    /// There is nobody to tell.
    NotNeeded,
    NoRuntime,
    Task(oneshot::Receiver<Result<()>>),
}

fn shares_a_secret(now: &Snapshot, tokens: &Tokens) -> bool {
    now.credential().is_some_and(|credential| {
        let current = credential.tokens();
        tokens.access_token().is_some() && tokens.access_token() == current.access_token()
            || tokens.refresh_token().is_some() && tokens.refresh_token() == current.refresh_token()
    })
}
