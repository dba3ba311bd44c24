//! Refreshes a session with a `#[refresh]` method.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::session_ends::SessionEnds;
use super::token_request::TokenRequest;
use crate::error::{Error, Kind, Result};
use crate::platform::IN_BROWSER;
use crate::platform::url::Url;
use crate::request::call::Call;
use crate::response::answer::Answer;
use crate::session::{Attempt, Boxed, CredentialProvider, End, LoginState, Session, Snapshot, Tokens};
use crate::trace::SendSpans;
use crate::transport::upstream::Upstream;

/// A function that reads the tokens from a response.
pub(crate) type TokensOf = fn(&Answer) -> Result<Tokens>;

/// The token request of a `#[refresh]` method: a call without a session, and the function that reads the tokens from
/// the response.
#[derive(Debug)]
pub struct RefreshRequest {
    pub(crate) call: Call,
    pub(crate) tokens_of: TokensOf,
}

/// The function that builds the request of a `#[refresh]` method. The function that builds the request does not receive
/// a session, so the request cannot wait for the refresh that sends it.
#[derive(Clone, Copy)]
pub struct Refresh {
    pub(crate) request: fn(&Upstream, &Tokens) -> Option<RefreshRequest>,
    pub(crate) by_cookie: bool,
}

impl Refresh {
    /// Creates a refresh whose parameters are filled from the session's tokens.
    #[must_use]
    pub const fn new(request: fn(&Upstream, &Tokens) -> Option<RefreshRequest>) -> Self {
        Self { request, by_cookie: false }
    }

    /// Creates a refresh without parameters, for sessions whose refresh token is a cookie.
    #[must_use]
    pub const fn by_cookie(request: fn(&Upstream, &Tokens) -> Option<RefreshRequest>) -> Self {
        Self { request, by_cookie: true }
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refresh").field("by_cookie", &self.by_cookie).finish_non_exhaustive()
    }
}

pub(crate) struct MethodProvider {
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) refresh: Refresh,
    pub(crate) session_ends: SessionEnds,
}

impl CredentialProvider for MethodProvider {
    fn can_refresh(&self, snapshot: &Snapshot) -> bool {
        match &snapshot.login_state {
            LoginState::Expired { .. } => false,
            LoginState::LoggedOut => self.refresh.by_cookie && self.may_have_cookie(snapshot),
            // Even if no cookie is stored, the transport or a constant declared on the `#[refresh]` method might
            // provide the value that the endpoint needs.
            LoginState::LoggedIn(_) if self.refresh.by_cookie => !self.has_run_out(snapshot),
            LoginState::LoggedIn(credential) => {
                (self.refresh.request)(&self.upstream, credential.tokens()).is_some()
            }
        }
    }

    fn has_run_out(&self, snapshot: &Snapshot) -> bool {
        self.refresh.by_cookie
            && !snapshot.cookies.is_empty()
            && snapshot.credential().is_some()
            && self.url().is_some_and(|url| snapshot.cookies.have_run_out(&url))
    }

    fn end_of_cookies(&self, snapshot: &Snapshot) -> Option<End> {
        if !self.refresh.by_cookie || snapshot.cookies.is_empty() {
            return None;
        }
        self.url().and_then(|url| snapshot.cookies.end_at(&url))
    }

    fn refresh<'a>(&'a self, session: &'a Session, basis: &'a Snapshot) -> Boxed<'a, Attempt> {
        Box::pin(self.refresh(session, basis))
    }

    fn keeps_cookies(&self) -> bool {
        self.refresh.by_cookie
    }
}

impl MethodProvider {
    /// Returns the URL of the refresh endpoint, if the request can be built without tokens.
    fn url(&self) -> Option<Url> {
        let request = (self.refresh.request)(&self.upstream, &Tokens::empty());
        let request = request.and_then(|request| request.call.prepare().ok());
        request?.url(&self.upstream).ok().map(Cow::into_owned)
    }

    /// Whether the session might have a cookie for the refresh endpoint before any login.
    ///
    /// A web page cannot read the browser's cookies, so the runtime tries one refresh to find out whether the browser
    /// has a cookie for the refresh endpoint.
    fn may_have_cookie(&self, snapshot: &Snapshot) -> bool {
        if IN_BROWSER {
            return snapshot.stamp.epoch == 0;
        }
        self.url().is_some_and(|url| snapshot.cookies.has_any(&url))
    }

    /// Refreshes the session. In a browser, the browser itself adds the cookies to the request.
    async fn refresh(&self, session: &Session, basis: &Snapshot) -> Attempt {
        match self.request_tokens(session, basis).await {
            // The web page had no session before the refresh, so the error reports a missing session rather than an
            // expired session.
            Attempt::Rejected(error) if IN_BROWSER && basis.credential().is_none() => {
                Attempt::Rejected(Error::no_session().with_source(error))
            }
            attempt => attempt,
        }
    }

    async fn request_tokens(&self, session: &Session, basis: &Snapshot) -> Attempt {
        let none = Tokens::empty();
        let tokens = basis.credential().map_or(&none, |credential| credential.tokens());
        let Some(declared) = (self.refresh.request)(&self.upstream, tokens) else {
            let error = Error::new(
                Kind::Refresh,
                "a value that the `#[refresh]` method needs is missing. Log in again",
            );
            return Attempt::Failed { error, retry_after: None };
        };
        let endpoint = declared.call.endpoint();
        let request = match declared.call.prepare() {
            Ok(request) => request,
            Err(error) => return Attempt::Failed { error: Error::refresh(error), retry_after: None },
        };
        let spans = SendSpans::new(Some(endpoint));
        let request = TokenRequest {
            session,
            stamp: basis.stamp,
            upstream: &self.upstream,
            request,
            tokens_of: declared.tokens_of,
            cookies: self.refresh.by_cookie.then_some(&*basis.cookies),
            session_ends: &self.session_ends,
            spans,
            method: Some(endpoint.name),
        };
        request.run().await
    }
}
