//! How a session gets a new credential: by the API's `#[refresh]` method, or by a [`Refresher`].

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::error_response::{Ending, ErrorResponse, classify};
use super::exchange::Presentation;
use super::refresher::{AnyRefresher, RefreshContext};
use crate::declaration::endpoint::Refresh;
use crate::error::{Error, Kind};
use crate::session::Session;
use crate::session::cookies::SetCookies;
use crate::session::snapshot::{Snapshot, Standing};
use crate::session::tokens::Tokens;
use crate::trace::SendSpans;
use crate::transport::upstream::Upstream as Wire;

pub(crate) enum Renewal {
    Method(Method),
    Custom(Custom),
}

/// The user's own way.
pub(crate) struct Custom {
    pub(crate) refresher: Arc<dyn AnyRefresher>,
    /// Of the client that brought it.
    pub(crate) wire: Arc<Wire>,
    pub(crate) ends_on: Vec<StatusCode>,
}

/// The API's `#[refresh]` method, over a wire that has no session.
pub(crate) struct Method {
    pub(crate) wire: Arc<Wire>,
    pub(crate) refresh: Refresh,
    /// Statuses with which the endpoint ends the session whatever its answer says otherwise.
    pub(crate) ends_on: Vec<StatusCode>,
}

/// How an attempt to refresh ended.
pub(crate) enum Attempt {
    Renewed { tokens: Tokens, cookies: Option<SetCookies> },
    Failed { error: Error, retry_after: Option<Duration> },
    Rejected(Error),
}

impl Renewal {
    /// Whether the session holds what a refresh needs.
    pub(crate) fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        match (self, &snapshot.standing) {
            (_, Standing::Expired { .. }) => false,
            (Self::Custom(custom), standing) => custom.refresher.can_refresh(match standing {
                Standing::Live(credential) => Some(credential.tokens()),
                Standing::Nobody | Standing::Expired { .. } => None,
            }),
            (Self::Method(method), Standing::Nobody) => {
                method.refresh.by_cookie && method.has_cookie(snapshot)
            }
            (Self::Method(method), Standing::Live(_)) if method.refresh.by_cookie => {
                method.has_cookie(snapshot)
            }
            (Self::Method(method), Standing::Live(credential)) => {
                (method.refresh.exchange)(&method.wire, credential.tokens()).is_some()
            }
        }
    }

    pub(crate) async fn refresh(&self, session: &Session, basis: &Snapshot) -> Attempt {
        match self {
            Self::Method(method) => method.refresh(session, basis).await,
            Self::Custom(custom) => custom.refresh(session, basis).await,
        }
    }

    pub(crate) fn keeps_cookies(&self) -> bool {
        matches!(self, Self::Method(method) if method.refresh.by_cookie)
    }
}

impl Method {
    fn has_cookie(&self, snapshot: &Snapshot) -> bool {
        let exchange = (self.refresh.exchange)(&self.wire, &Tokens::empty());
        let request = exchange.and_then(|exchange| exchange.call.prepare().ok());
        let url = request.as_ref().and_then(|request| request.url(&self.wire).ok());
        url.is_some_and(|url| snapshot.cookies.has_any(&url))
    }

    async fn refresh(&self, session: &Session, basis: &Snapshot) -> Attempt {
        let none = Tokens::empty();
        let tokens = basis.credential().map_or(&none, |credential| credential.tokens());
        let Some(exchange) = (self.refresh.exchange)(&self.wire, tokens) else {
            let error = Error::new(Kind::Refresh, "the session has nothing to refresh with");
            return Attempt::Failed { error, retry_after: None };
        };
        let endpoint = exchange.call.endpoint();
        let request = match exchange.call.prepare() {
            Ok(request) => request,
            Err(error) => return Attempt::Failed { error: Error::refresh(error), retry_after: None },
        };
        let spans = SendSpans::new(Some(endpoint));
        let presentation = Presentation {
            session,
            stamp: basis.stamp,
            wire: &self.wire,
            request,
            tokens_of: exchange.tokens_of,
            cookies: self.refresh.by_cookie.then_some(&*basis.cookies),
            ends_on: &self.ends_on,
            spans,
        };
        presentation.run().await
    }
}

impl Custom {
    async fn refresh(&self, session: &Session, basis: &Snapshot) -> Attempt {
        let tokens = basis.credential().map(|credential| credential.tokens());
        let context = self.context(session, basis, tokens);
        match self.refresher.refresh(context).await {
            Ok(tokens) => Attempt::Renewed { tokens, cookies: None },
            Err(error) => self.judge(error),
        }
    }

    pub(crate) fn context<'a>(
        &'a self,
        session: &'a Session,
        basis: &Snapshot,
        tokens: Option<&'a Tokens>,
    ) -> RefreshContext<'a> {
        RefreshContext { session, stamp: basis.stamp, tokens, home: &self.wire, ends_on: &self.ends_on }
    }

    /// What the user's code failed with. An error of another API's call is read like the answer of a
    /// `#[refresh]` method.
    fn judge(&self, error: Error) -> Attempt {
        if error.is_session_expired() {
            return Attempt::Rejected(error);
        }
        // Only the answer itself: a rejection that another session's failed refresh left in the error is not
        // ours.
        if let (true, Some(status), Some(headers), Some(body)) =
            (error.is_status(), error.status(), error.headers(), error.body())
        {
            return match classify(status, headers, body, &self.ends_on) {
                Ending::Rejected => Attempt::Rejected(error),
                Ending::Failed(retry_after) => Attempt::Failed { error: Error::refresh(error), retry_after },
            };
        }
        let source = std::error::Error::source(&error);
        let response = source.and_then(|source| source.downcast_ref::<ErrorResponse>());
        let retry_after = response.and_then(ErrorResponse::retry_after);
        let told = error.kind() == Kind::Refresh && error.rejection().is_none();
        let error = if told || error.kind() == Kind::Reentrant { error } else { Error::refresh(error) };
        Attempt::Failed { error, retry_after }
    }
}
