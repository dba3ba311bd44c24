//! [`Client`] sends the calls of every generated client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;

#[cfg(not(target_family = "wasm"))]
use super::pending::Pending;
use crate::declaration::endpoint::ApiInfo;
#[cfg(not(target_family = "wasm"))]
use crate::error::Result;
use crate::execute::context::SharedContext;
use crate::execute::options::CallOptions;
#[cfg(not(target_family = "wasm"))]
use crate::execute::start_hand_written::HAND_WRITTEN;
use crate::request::header_option::HeaderOption;
use crate::session::Session;
use crate::transport::upstream::Upstream;

/// A client for one server. A client has a base URL, a transport, and the session that provides the credential for its
/// calls. Each generated client contains a `Client`.
///
/// A client is cheap to clone, and all clones share its session, connections, settings and retry budget. A `Client` can
/// also be used without a generated client: [`execute`](Self::execute) sends a hand-written request with the session's
/// credential.
///
/// ```
/// # async fn example() -> afresh::Result<()> {
/// use afresh::{Client, Error, Tokens};
///
/// let client = Client::builder("https://shop.example")
///     .tokens(Tokens::new("access").with_refresh("refresh"))
///     .refresh_with(|session| async move {
///         let refresh = session.tokens().and_then(|tokens| tokens.refresh_token().cloned());
///         let refresh = refresh.ok_or_else(|| Error::session_expired("no refresh token"))?;
///         // request new tokens from the server
///         Ok(Tokens::new("new access").with_refresh(refresh))
///     })
///     .build()?;
/// let url = "https://shop.example/orders/7".parse().unwrap();
/// let response = client.execute(reqwest::Request::new(reqwest::Method::GET, url)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(SharedContext);

impl Client {
    /// Returns the session that provides the credential for this client's calls.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// Sends a hand-written request with the session's credential. If the server refuses the credential, the session is
    /// refreshed and the request is sent one more time.
    ///
    /// The credential is added only if the request goes to the client's own origin and does not already set the
    /// credential's header. If the session is logged out or has expired, the request is sent without a credential, so a
    /// hand-written request can also log in. A request whose body cannot be cloned is sent only once. The response is
    /// returned regardless of its status.
    ///
    /// # Errors
    ///
    /// Returns an error if the request cannot be sent, or if the server refuses the credential and the refresh fails.
    #[cfg(not(target_family = "wasm"))]
    pub fn execute(&self, request: reqwest::Request) -> Pending<Result<reqwest::Response>> {
        Pending::new(self.0.start_hand_written(request), HAND_WRITTEN)
    }

    /// Rejects calls to this method at compile time, because browser builds do not support it.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub fn execute<R: crate::platform::absent::HandWritten>(&self, _: R) {}

    /// Returns a copy of this client that uses `session`, for example for a different user. The returned client shares
    /// this client's transport, headers, settings and refresh mechanism. If `session` already has a refresh mechanism,
    /// it keeps that mechanism.
    ///
    /// ```
    /// # fn example(client: afresh::Client) {
    /// use afresh::{Session, Tokens};
    ///
    /// let session = Session::new();
    /// session.set(Tokens::new("the token of one user"));
    /// let of_one_user = client.with_session(session);
    /// # }
    /// ```
    #[must_use]
    pub fn with_session(&self, session: Session) -> Self {
        Self(self.0.with_session(session))
    }

    /// Returns a copy of this client that applies the given [timeout](Pending::timeout) to each call.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.with(|options| options.timeout = Some(timeout))
    }

    /// Returns a copy of this client that sets the given [header](Pending::header) on each call.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the signature matches `Pending::header`")]
    pub fn with_header<N, V, Via>(&self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        V: HeaderOption<Via>,
    {
        self.with(|options| options.set_header(name, &value))
    }

    fn with(&self, set: impl FnOnce(&mut CallOptions)) -> Self {
        let mut options = self.0.call_options();
        set(&mut options);
        Self(self.0.with_options(options))
    }

    pub(crate) fn from_context(context: SharedContext) -> Self {
        Self(context)
    }

    /// The client's settings and the declarations of `api` are combined only once, not for each call.
    pub(crate) fn bound_to(&self, api: &'static ApiInfo) -> Self {
        let context = &self.0;
        Self(SharedContext::new(
            context.upstream.clone(),
            context.session.clone(),
            context.settings.clone(),
            api,
        ))
    }

    pub(crate) fn context(&self) -> &SharedContext {
        &self.0
    }

    pub(crate) fn upstream(&self) -> &Arc<Upstream> {
        &self.0.upstream
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Client");
        out.field("base", &self.0.upstream.base.as_str())
            .field("session", &self.0.session)
            .finish_non_exhaustive()
    }
}
