//! [`Refresher`] is the public trait for refreshing a session without a `#[refresh]` method.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::session_ends::SessionEnds;
use crate::error::{Result, Stamp};
use crate::session::{AsTokens, Boxed, Session, Tokens};
use crate::transport::upstream::Upstream;

/// Refreshes a session without a `#[refresh]` method. Pass a `Refresher` to
/// [`ClientBuilder::refresher`](crate::ClientBuilder::refresher).
///
/// For a single function, use [`refresh_with`](crate::ClientBuilder::refresh_with). For OAuth 2.0, use the
/// [`oauth2`](crate::oauth2) grants, which implement this trait.
///
/// ```
/// use afresh::refresh::RefreshContext;
/// use afresh::{Client, Error, Refresher, Result, Tokens};
///
/// /// Asks a program on this machine, as `gh auth token` or `gcloud auth print-access-token`.
/// struct Helper(&'static str);
///
/// impl Refresher for Helper {
///     async fn refresh(&self, _: RefreshContext<'_>) -> Result<Tokens> {
///         let output = run(self.0).await.map_err(Error::refresh)?;
///         Ok(Tokens::new(output.trim()))
///     }
///
///     // There is no refresh token: the first call fetches the first access token.
///     fn can_refresh(&self, _: Option<&Tokens>) -> bool {
///         true
///     }
/// }
/// # async fn run(_: &str) -> std::io::Result<String> { Ok(String::new()) }
///
/// let client = Client::builder("https://api.example").refresher(Helper("token-helper")).build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
///
/// # Guarantees
///
/// - One refresh serves all calls that wait for it, and a session never runs two refreshes concurrently. The refresh
///   runs in its own task, so it continues even if the calls that wait for it are dropped.
/// - An unfinished `refresh` future is dropped only after 10 s or when the Tokio runtime shuts down. A refresh whose
///   future was dropped is treated as failed and is retried later. If the future is dropped after it has received a new
///   refresh token but before it returns the token, the token is lost. Return the new tokens as soon as they arrive
///   from the server.
/// - The runtime calls the `refresh` method once for each refresh. If the response to a request is lost, only the
///   refresher can decide whether to send the same refresh token again. After a lost response, the
///   [`oauth2`](crate::oauth2) grants send the refresh token again.
///
/// # Limits
///
/// A refresher must not await a call that uses the session being refreshed. If a call would wait for its own refresh,
/// the call immediately returns an error for which [`is_reentrant`](crate::Error::is_reentrant) returns `true`. Calls
/// that use other sessions are allowed. The runtime does not detect calls from tasks that the refresher spawns, so
/// these calls wait for the refresh instead of returning an error. If the refresher waits for a spawned task that
/// itself waits for the refresh, both wait until the refresh times out after 10 s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot refresh a session",
    label = "not a `Refresher`",
    note = "implement `afresh::Refresher` for `{Self}`, or pass a function to `refresh_with`"
)]
pub trait Refresher: Send + Sync + 'static {
    /// Gets new tokens. Any field that the new tokens omit, such as the refresh token, keeps its previous value.
    ///
    /// # Errors
    ///
    /// [`Error::session_expired`](crate::Error::session_expired) ends the session. The session also ends if the
    /// returned error comes from another client and contains a response with the `invalid_grant` error code (RFC 6749
    /// §5.2). A panic, or an error that does not report a rejected refresh token, does not end the session. After a
    /// failed refresh, the next refresh starts at least 1 s later, and repeated failures increase this delay to at most
    /// 60 s.
    fn refresh(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<Tokens>> + Send;

    /// Returns whether a refresh with `tokens` is possible. `tokens` is `None` if there is no login. By default, a
    /// refresh is possible if there is a login.
    ///
    /// If a refresh is not possible, a refused call returns the refusal as its response. If a refresh is possible
    /// without a login, the first call that needs the session starts a refresh. `can_refresh` is called often, so it
    /// must be fast. `can_refresh` must return the same result for the same tokens.
    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        tokens.is_some()
    }

    /// Revokes [`context.tokens()`](RefreshContext::tokens) on the server, for example as described in RFC 7009. The
    /// default implementation does nothing.
    ///
    /// The runtime calls `revoke` for tokens from a refresh that finishes after a logout or another login, and for
    /// tokens from a login that is interrupted by a logout. [`Session::revoke`] also calls `revoke` and is the only
    /// caller that waits for the result. A call to `revoke` must finish within 10 s.
    ///
    /// # Errors
    ///
    /// If `revoke` returns an error, the session emits [`SessionEvent::NotRevoked`](crate::SessionEvent::NotRevoked)
    /// and otherwise ignores the error.
    fn revoke(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<()>> + Send {
        let _ = context;
        async { Ok(()) }
    }

    /// Checks the configuration. `ClientBuilder::build` calls `check` once and returns the error, if any. The default
    /// implementation accepts every configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if the configuration is invalid.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// The tokens and the session that the runtime passes to the methods of a [`Refresher`].
#[derive(Clone, Copy)]
pub struct RefreshContext<'a> {
    pub(crate) session: &'a Session,
    pub(crate) stamp: Stamp,
    pub(crate) tokens: Option<&'a Tokens>,
    /// The API of the client to which the refresher belongs.
    pub(crate) home: &'a Arc<Upstream>,
    pub(crate) session_ends: &'a SessionEnds,
}

impl<'a> RefreshContext<'a> {
    /// Returns the tokens to refresh or to revoke. A refresh receives the tokens that were current when it began.
    /// Returns `None` if there is no login.
    #[must_use]
    pub fn tokens(&self) -> Option<&'a Tokens> {
        self.tokens
    }

    /// Returns the session in its current state. A refresher may use the session's [`events`](Session::events) and
    /// [`state`](Session::state), but it must not wait for the session's refresh.
    #[must_use]
    pub fn session(&self) -> &'a Session {
        self.session
    }
}

impl fmt::Debug for RefreshContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshContext").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

/// A dyn-compatible version of [`Refresher`].
pub(crate) trait AnyRefresher: Send + Sync {
    fn refresh<'a>(&'a self, context: RefreshContext<'a>) -> Boxed<'a, Result<Tokens>>;
    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool;
    fn revoke<'a>(&'a self, context: RefreshContext<'a>) -> Boxed<'a, Result<()>>;
}

impl<T: Refresher> AnyRefresher for T {
    fn refresh<'a>(&'a self, context: RefreshContext<'a>) -> Boxed<'a, Result<Tokens>> {
        Box::pin(Refresher::refresh(self, context))
    }

    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        Refresher::can_refresh(self, tokens)
    }

    fn revoke<'a>(&'a self, context: RefreshContext<'a>) -> Boxed<'a, Result<()>> {
        Box::pin(Refresher::revoke(self, context))
    }
}

/// A refresher that calls a function and passes the session to it.
pub(crate) struct ByFunction<F>(pub(crate) F);

impl<F, R, T> Refresher for ByFunction<F>
where
    F: Fn(Session) -> R + Send + Sync + 'static,
    R: Future<Output = Result<T>> + Send + 'static,
    T: AsTokens,
{
    fn refresh(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<Tokens>> + Send {
        let refreshed = (self.0)(context.session().clone());
        async move { refreshed.await.map(|tokens| tokens.as_tokens()) }
    }
}
