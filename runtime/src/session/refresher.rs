//! How a session gets a new credential: by the API's `#[refresh]` method or by the user's own function.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::Session;
use super::cookies::SetCookies;
use super::exchange::{self, Ending};
use super::snapshot::{Snapshot, Standing};
use super::tokens::Tokens;
use crate::endpoint::Refresh;
use crate::error::{Error, Kind};
use crate::wire::Wire;

pub(crate) enum Refresher {
    Method(Method),
    Custom(Custom),
}

/// The user's own function.
pub(crate) type Custom =
    Arc<dyn Fn(Session) -> Pin<Box<dyn Future<Output = Result<Tokens, Error>> + Send>> + Send + Sync>;

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

impl Refresher {
    /// Whether the session holds what a refresh needs.
    pub(crate) fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        match (self, &snapshot.standing) {
            (_, Standing::Expired) => false,
            (Self::Custom(_), standing) => matches!(standing, Standing::Live(_)),
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
            Self::Method(method) => method.refresh(basis).await,
            Self::Custom(custom) => match custom(session.clone()).await {
                Ok(tokens) => Attempt::Renewed { tokens, cookies: None },
                Err(error) => judge(error),
            },
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
        request.is_some_and(|request| snapshot.cookies.has_any(request.url()))
    }

    async fn refresh(&self, basis: &Snapshot) -> Attempt {
        let none = Tokens::empty();
        let tokens = basis.credential().map_or(&none, |credential| credential.tokens());
        match (self.refresh.exchange)(&self.wire, tokens) {
            Some(exchange) => {
                let cookies = self.refresh.by_cookie.then_some(&*basis.cookies);
                exchange::run(&self.wire, exchange, cookies, &self.ends_on).await
            }
            None => Attempt::Failed {
                error: Error::new(Kind::Refresh, "the session has nothing to refresh with"),
                retry_after: None,
            },
        }
    }
}

/// What the user's function failed with. An error of another API's call is read like the answer of a
/// `#[refresh]` method.
fn judge(error: Error) -> Attempt {
    if error.is_session_expired() {
        return Attempt::Rejected(error);
    }
    // Only the answer itself: a rejection that another session's failed refresh left in the error is not
    // ours.
    if let (true, Some(status), Some(headers), Some(body)) =
        (error.is_status(), error.status(), error.headers(), error.body())
    {
        return match exchange::classify(status, headers, body, &[]) {
            Ending::Rejected => Attempt::Rejected(error),
            Ending::Failed(retry_after) => Attempt::Failed { error: Error::refresh(error), retry_after },
        };
    }
    let error = if error.kind() == Kind::Reentrant { error } else { Error::refresh(error) };
    Attempt::Failed { error, retry_after: None }
}
