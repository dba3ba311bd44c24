//! [`ClientBuilder`] builds a client and rejects settings that could leak a credential. `builder_auth` contains the
//! builder's session settings.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use tokio::sync::Semaphore;

use super::api::Api;
use super::refresh_settings::{RefreshSettings, declare};
use crate::client::client::Client;
use crate::error::{Error, Result};
use crate::execute::context::SharedContext;
use crate::execute::options::header;
use crate::execute::retry::policy::Retry;
use crate::execute::settings::Settings;
use crate::platform::runtime::Handle;
use crate::platform::url::Url;
use crate::request::header_option::HeaderOption;
use crate::session::{Session, Tokens};
use crate::store::ErasedStore;
#[cfg(target_family = "wasm")]
use crate::transport::credentials::RequestCredentials;
use crate::transport::followed_origin::FollowedOrigin;
use crate::transport::origin::Origin;
use crate::transport::transport::Transport;
use crate::transport::upstream::Upstream;

/// Builds a generated client of type `C`, or a plain [`Client`] by default. [`build`](Self::build) returns an error if
/// the configuration is invalid.
///
/// All clones of a client share its session, connections and settings. Separately built clients share only objects that
/// are passed to each of their builders: a [`session`](Self::session), a [`store`](Self::store), an
/// [`http`](Self::http) client or transport, or clones of one [`Retry`](crate::Retry) or
/// [`RetryBudget`](crate::RetryBudget).
///
/// ```
/// use std::time::Duration;
/// use afresh::{Client, Tokens};
///
/// let client = Client::builder("https://shop.example/api")
///     .tokens(Tokens::new("access"))
///     .header("x-client", "ios")
///     .timeout(Duration::from_secs(30))
///     .build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
#[must_use = "call `build`"]
pub struct ClientBuilder<C = Client> {
    pub(super) base: String,
    pub(super) transport: Option<Transport>,
    #[cfg(target_family = "wasm")]
    pub(super) credentials: RequestCredentials,
    pub(super) session: Option<Session>,
    pub(super) tokens: Option<Tokens>,
    pub(super) store: Option<Arc<dyn ErasedStore>>,
    pub(super) runtime: Option<Handle>,
    pub(super) refresh: RefreshSettings,
    pub(super) headers: HeaderMap,
    pub(super) settings: Settings,
    pub(super) allow_http: bool,
    pub(super) follow_to: Vec<FollowedOrigin>,
    pub(super) error: Option<Error>,
    pub(super) client: PhantomData<fn() -> C>,
}

impl Client {
    /// Starts building a client for the API at `base_url`. Credentials are sent only to the origin of `base_url`.
    pub fn builder(base_url: impl AsRef<str>) -> ClientBuilder<Self> {
        ClientBuilder::new(base_url.as_ref())
    }
}

impl<C: Api> ClientBuilder<C> {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            transport: None,
            #[cfg(target_family = "wasm")]
            credentials: RequestCredentials::default(),
            session: None,
            tokens: None,
            store: None,
            runtime: None,
            refresh: RefreshSettings::default(),
            headers: HeaderMap::new(),
            settings: Settings::default(),
            allow_http: false,
            follow_to: Vec::new(),
            error: None,
            client: PhantomData,
        }
    }

    /// Adds a default header to every request that goes to the API's origin. If `header` is called again with the same
    /// name, the new value replaces the earlier one. If a request sets the same header itself, the default header is
    /// not added. The header value can be a `HeaderValue` or any type that serializes as a scalar. `None` changes
    /// nothing.
    #[expect(clippy::needless_pass_by_value, reason = "the signature matches `Pending::header`")]
    pub fn header<N, V, Via>(mut self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        V: HeaderOption<Via>,
    {
        match header(name, &value) {
            Ok((name, values)) if !values.is_empty() => {
                self.headers.remove(&name);
                self.headers.extend(values.into_iter().map(|value| (name.clone(), value)));
            }
            Ok(_) => {}
            Err(error) => self.fail(format!("a default header cannot be sent: {}", error.text())),
        }
        self
    }

    /// Retries calls that fail for reasons unrelated to the credential. By default, no call is retried. See [`Retry`]
    /// for the failures that are retried.
    pub fn retry(mut self, mut retry: Retry) -> Self {
        if let Some(budget) = retry.take_budget() {
            self.settings.retry_budget = budget;
        }
        self.settings.retry = Some(Arc::new(retry));
        self
    }

    /// Limits the body size of a successful response, in bytes. If the body exceeds the limit, the call fails with an
    /// error for which [`is_body_too_large`](Error::is_body_too_large) returns `true`, and the rest of the body is not
    /// read. By default, the body size is unlimited. Streams are not limited. The body of an unsuccessful response is
    /// truncated to `bytes` or 1 MiB, whichever is smaller.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.settings.max_body = Some(bytes);
        self
    }

    /// Limits the total duration of a call, measured from its first poll. The duration includes the time spent waiting
    /// for a refresh, sending requests, waiting between attempts, and reading a body that is not streamed. By default,
    /// the duration of a call is unlimited.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Limits the number of calls that are sent concurrently after waiting for a refresh. When the limit is reached, a
    /// call waits until another call has received its response headers. Set a limit if the server cannot handle a burst
    /// of all the calls that waited for the same refresh. A call is not sent if its deadline passes while the limit
    /// makes the call wait. By default, the number of concurrent calls is unlimited. A limit of 0 is treated as 1.
    pub fn replay_limit(mut self, calls: usize) -> Self {
        self.settings.replay_limit = Some(Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))));
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid. [`is_builder`](Error::is_builder) returns `true` for this error.
    /// Invalid settings are, for example, a malformed base URL, a base URL that uses plain `http`, an invalid header or
    /// status code, and a token that is not a valid header value.
    pub fn build(mut self) -> Result<C> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let upstream = Arc::new(self.upstream()?);
        let token_upstream = match &self.runtime {
            Some(_) => Arc::new(upstream.with_connections_of_its_own()?),
            None => upstream.clone(),
        };
        self.settings.follow_to = self.origins_to_follow()?;
        self.settings.allow_http = self.allow_http;
        let session = self.session.unwrap_or_default();
        if let Some(runtime) = self.runtime {
            session.set_runtime(runtime);
        }
        if let Some(store) = self.store {
            session.set_store(store);
        }
        self.refresh.apply(&session, &token_upstream, C::INFO);
        if let Some(tokens) = self.tokens {
            let unusable = |error: Error| Error::builder(error.text().to_owned());
            session.log_in(None, tokens, &[]).map_err(unusable)?;
            session.require_login();
        }
        let context = SharedContext::new(upstream, session, Arc::new(self.settings), C::INFO);
        context.placement()?;
        context.check_retry(C::INFO)?;
        let client = Client::from_context(context);
        declare::<C>(&client, &token_upstream, self.refresh.session_ends_on.as_deref());
        Ok(C::from_client(client))
    }

    fn upstream(&mut self) -> Result<Upstream> {
        let url = Url::parse(&self.base).map_err(|error| {
            let text = "the base URL is not a valid URL. Use a URL such as `https://shop.example/api`";
            Error::builder(text).with_source(error)
        })?;
        self.check_base(&url)?;
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => Transport::own(&url)?,
        };
        #[cfg(target_family = "wasm")]
        let transport = transport.with_credentials(self.credentials);
        transport.check(&url)?;
        let follows_redirects = transport.follows_redirects();
        Ok(Upstream {
            host: transport.host(&url),
            transport,
            follows_redirects,
            origin: Origin::of(&url),
            base: url,
            headers: std::mem::take(&mut self.headers),
        })
    }

    pub(super) fn fail(&mut self, text: impl Into<Cow<'static, str>>) {
        self.error.get_or_insert_with(|| Error::builder(text));
    }
}

/// The `Debug` output omits the settings, which can contain secrets.
impl<C: Api> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("api", &C::INFO.name).finish_non_exhaustive()
    }
}
