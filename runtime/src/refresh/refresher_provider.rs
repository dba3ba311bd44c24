//! Refreshes a session with a [`Refresher`](super::refresher::Refresher).

use std::sync::Arc;

use super::error_response::{ErrorResponse, SessionEffect, classify};
use super::refresher::{AnyRefresher, RefreshContext};
use super::session_ends::SessionEnds;
use crate::error::{Error, Kind, Stamp};
use crate::session::{Attempt, Boxed, CredentialProvider, LoginState, Revoking, Session, Snapshot, Tokens};
use crate::transport::upstream::Upstream;

#[derive(Clone)]
pub(crate) struct RefresherProvider {
    pub(crate) refresher: Arc<dyn AnyRefresher>,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) session_ends: SessionEnds,
}

impl CredentialProvider for RefresherProvider {
    fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        match &snapshot.login_state {
            LoginState::Expired { .. } => false,
            LoginState::LoggedOut => self.refresher.can_refresh(None),
            LoginState::LoggedIn(credential) => self.refresher.can_refresh(Some(credential.tokens())),
        }
    }

    fn has_run_out(&self, _: &Snapshot) -> bool {
        false
    }

    fn refresh<'a>(&'a self, session: &'a Session, basis: &'a Snapshot) -> Boxed<'a, Attempt> {
        Box::pin(self.refresh(session, basis))
    }

    fn revoke(&self, session: &Session, tokens: Tokens) -> Revoking {
        let (provider, revoked) = (self.clone(), session.clone());
        session.start_revocation(async move {
            let context = provider.context(&revoked, Snapshot::empty().stamp, Some(&tokens));
            provider.refresher.revoke(context).await
        })
    }

    fn keeps_cookies(&self) -> bool {
        false
    }
}

impl RefresherProvider {
    async fn refresh(&self, session: &Session, basis: &Snapshot) -> Attempt {
        let tokens = basis.credential().map(|credential| credential.tokens());
        let context = self.context(session, basis.stamp, tokens);
        match self.refresher.refresh(context).await {
            Ok(tokens) => Attempt::Refreshed { tokens, cookies: None },
            Err(error) => self.classify_error(error),
        }
    }

    fn context<'a>(
        &'a self,
        session: &'a Session,
        stamp: Stamp,
        tokens: Option<&'a Tokens>,
    ) -> RefreshContext<'a> {
        RefreshContext { session, stamp, tokens, home: &self.upstream, session_ends: &self.session_ends }
    }

    /// If an error from the refresher contains a response from another API, the response is classified like the
    /// response to a `#[refresh]` method.
    fn classify_error(&self, error: Error) -> Attempt {
        if error.is_session_expired() {
            return Attempt::Rejected(error);
        }
        // An error is classified by its response only if `is_status` returns `true` for the error. A rejection nested
        // in another kind of error might come from the failed refresh of a different session.
        if let (true, Some(status), Some(headers), Some(body)) =
            (error.is_status(), error.status(), error.headers(), error.body())
        {
            return match classify(status, headers, body, &self.session_ends) {
                SessionEffect::Rejected => Attempt::Rejected(error),
                SessionEffect::Failed(retry_after) | SessionEffect::Unclear(retry_after) => {
                    Attempt::Failed { error: Error::refresh(error), retry_after }
                }
            };
        }
        let source = std::error::Error::source(&error);
        let response = source.and_then(|source| source.downcast_ref::<ErrorResponse>());
        let retry_after = response.and_then(ErrorResponse::retry_after);
        let is_refresh = error.kind() == Kind::Refresh && error.rejection().is_none();
        let error = if is_refresh || error.kind() == Kind::Reentrant { error } else { Error::refresh(error) };
        Attempt::Failed { error, retry_after }
    }
}
