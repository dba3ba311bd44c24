//! A way to refresh that is no `#[refresh]` method: the public [`Refresher`], and what it is given.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use http::StatusCode;

use crate::error::{Result, Stamp};
use crate::session::{AsTokens, Boxed, Session, Tokens};
use crate::transport::upstream::Upstream as Wire;

/// How a session gets a new credential, where no `#[refresh]` method says it. Given to
/// [`ClientBuilder::refresher`](crate::ClientBuilder::refresher).
///
/// For a single function there is [`refresh_with`](crate::ClientBuilder::refresh_with); for OAuth 2.0, the
/// grants of [`oauth2`](crate::oauth2) are such refreshers.
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
/// # What it can rely on
///
/// - It is called once for everybody who waits, never twice at a time for one session, and in a task of its
///   own: no caller's end is its end.
/// - Its future is dropped after 10 s, and when the runtime shuts down; nowhere else. A refresh that is
///   dropped has failed for now. Rotating secrets that it has received by then and not returned are lost:
///   keep what comes after the server's answer short.
/// - It is not repeated within one refresh. Whether a request whose answer was lost may be repeated with the
///   same secret, only the refresher knows (the [`oauth2`](crate::oauth2) grants do so).
///
/// # What it must not do
///
/// Await a call of the session that it refreshes: the call fails at once with
/// [`is_reentrant`](crate::Error::is_reentrant). Everything else may be awaited, other clients too. In a task
/// that it spawns this is not noticed: the call waits for the refresh, and if the refresh waits for the task,
/// both do so until the refresh is given up after 10 s.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no way to refresh a session",
    label = "not a `Refresher`",
    note = "implement `afresh::Refresher` for `{Self}`, or give a function to `refresh_with`"
)]
pub trait Refresher: Send + Sync + 'static {
    /// Gets new tokens. What they leave out, a refresh token above all, stays as it was.
    ///
    /// # Errors
    ///
    /// [`Error::session_expired`](crate::Error::session_expired), or another client's error whose answer
    /// says `invalid_grant` (RFC 6749 §5.2), ends the session. Any other error, a panic too, keeps it:
    /// the refresh is tried again by a later call, after 1 s at first and up to 60 s when it fails
    /// again and again.
    fn refresh(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<Tokens>> + Send;

    /// Whether there is something to refresh with; `tokens` is `None` while nobody is logged in. Default:
    /// whether somebody is logged in.
    ///
    /// If there is nothing, a refused call's answer is its own. If there is something without anybody
    /// logged in, the first call that needs the session gets it by a refresh. Called often: it should be
    /// quick, and always say the same of the same tokens.
    fn can_refresh(&self, tokens: Option<&Tokens>) -> bool {
        tokens.is_some()
    }

    /// Tells the server that [`context.tokens()`](RefreshContext::tokens) are not wanted any more, say by
    /// RFC 7009. Default: nothing.
    ///
    /// Called with tokens that nobody else has: those of a refresh that came back after a logout or another
    /// login, and those of a login that somebody logged out of while it was under way; and by
    /// [`Session::revoke`]. Nobody waits for it but the caller of the latter. It has 10 s.
    ///
    /// # Errors
    ///
    /// Any error is told as [`SessionEvent::NotRevoked`](crate::SessionEvent::NotRevoked) and otherwise
    /// ignored.
    fn revoke(&self, context: RefreshContext<'_>) -> impl Future<Output = Result<()>> + Send {
        let _ = context;
        async { Ok(()) }
    }

    /// Asked once, when a client is built with it: what it fails with, building fails with. Default: all is
    /// well.
    ///
    /// # Errors
    ///
    /// What is wrong with how it was set up.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// What a [`Refresher`] works with.
#[derive(Clone, Copy)]
pub struct RefreshContext<'a> {
    pub(crate) session: &'a Session,
    pub(crate) stamp: Stamp,
    pub(crate) tokens: Option<&'a Tokens>,
    /// The way to the API of the client that the refresher was given to.
    pub(crate) home: &'a Arc<Wire>,
    pub(crate) ends_on: &'a [StatusCode],
}

impl<'a> RefreshContext<'a> {
    /// The tokens that are to be refreshed, as they were when the refresh began, or to be revoked; `None`
    /// when nobody was logged in.
    #[must_use]
    pub fn tokens(&self) -> Option<&'a Tokens> {
        self.tokens
    }

    /// The session, as it is now. By [`Session::events`] and [`Session::state`] it can be watched; waiting
    /// for a refresh of it fails.
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

/// Any [`Refresher`], behind a pointer.
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
        let renewed = (self.0)(context.session().clone());
        async move { renewed.await.map(|tokens| tokens.as_tokens()) }
    }
}
