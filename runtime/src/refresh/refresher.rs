//! A way to refresh without a `#[refresh]` method: the public trait [`Refresher`], and its context.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::session_ends::SessionEnds;
use crate::error::{Result, Stamp};
use crate::session::{AsTokens, Boxed, Session, Tokens};
use crate::transport::upstream::Upstream;

/// Refreshes a session without a `#[refresh]` method. Pass it to
/// [`ClientBuilder::refresher`](crate::ClientBuilder::refresher).
///
/// For a single function use [`refresh_with`](crate::ClientBuilder::refresh_with). For OAuth 2.0 use the
/// grants of [`oauth2`](crate::oauth2), which implement this trait.
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
/// - The refresh runs once for all waiting calls, and never twice at a time for one session. It runs in its
///   own task, so it continues when a caller is dropped.
/// - The future is dropped after 10 s and at the shutdown of the runtime, and at no other time. A dropped
///   refresh counts as failed for now, and a rotated refresh token that it has received and not returned is
///   lost. Keep the work after the response of the server short.
/// - Within one refresh, the method is called once. If the response to a request is lost, only the refresher
///   knows whether it can send the same refresh token again. The [`oauth2`](crate::oauth2) grants do so.
///
/// # Limits
///
/// A refresher must not await a call of the session that it refreshes. Such a call returns an error at once
/// ([`is_reentrant`](crate::Error::is_reentrant)). Calls of other sessions are fine. A call in a spawned task
/// is not detected: it waits for the refresh. If the refresh also waits for that task, both wait until the
/// refresh times out after 10 s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot refresh a session",
    label = "not a `Refresher`",
    note = "implement `afresh::Refresher` for `{Self}`, or give a function to `refresh_with`"
)]
pub trait Refresher: Send + Sync + 'static {
    /// Gets new tokens. Fields that they leave out keep their old values, for example the refresh token.
    ///
    /// # Errors
    ///
    /// [`Error::session_expired`](crate::Error::session_expired) ends the session, and so does the error of
    /// another client whose response says `invalid_grant` (RFC 6749 §5.2). Any other error, or a panic, keeps
    /// the session. A later call tries again, after 1 s at first and after up to 60 s when refreshes keep
    /// failing.
    fn refresh(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<Tokens>> + Send;

    /// Whether a refresh is possible. `tokens` is `None` without a login. The default is whether there is a
    /// login.
    ///
    /// If a refresh is not possible, a refused call returns its response. If a refresh is possible without a
    /// login, the first call that needs the session refreshes. This method is called often. It must be fast,
    /// and return the same result for the same tokens.
    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        tokens.is_some()
    }

    /// Tells the server that [`context.tokens()`](RefreshContext::tokens) are no longer used, for example by
    /// RFC 7009. The default does nothing.
    ///
    /// The runtime calls it for tokens that it discards: those of a refresh that ends after a logout or
    /// another login, and those of a login during which a logout happened. [`Session::revoke`] calls it too,
    /// and only its caller waits for the result. The deadline is 10 s.
    ///
    /// # Errors
    ///
    /// An error is emitted as [`SessionEvent::NotRevoked`](crate::SessionEvent::NotRevoked) and otherwise
    /// ignored.
    fn revoke(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<()>> + Send {
        let _ = context;
        async { Ok(()) }
    }

    /// Checks the configuration. It is called once by `build` of the client, which returns the error. The
    /// default accepts everything.
    ///
    /// # Errors
    ///
    /// What is wrong with the configuration.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// The context of a [`Refresher`].
#[derive(Clone, Copy)]
pub struct RefreshContext<'a> {
    pub(crate) session: &'a Session,
    pub(crate) stamp: Stamp,
    pub(crate) tokens: Option<&'a Tokens>,
    /// The API of the client that has the refresher.
    pub(crate) home: &'a Arc<Upstream>,
    pub(crate) session_ends: &'a SessionEnds,
}

impl<'a> RefreshContext<'a> {
    /// Returns the tokens to refresh, as they were when the refresh began, or the tokens to revoke. `None`
    /// without a login.
    #[must_use]
    pub fn tokens(&self) -> Option<&'a Tokens> {
        self.tokens
    }

    /// Returns the session as it is now. Its [`events`](Session::events) and [`state`](Session::state) can be
    /// read; waiting for its refresh is an error.
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

/// Any [`Refresher`] behind a pointer.
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

/// A function that takes the session.
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
