//! Builds a client and rejects settings that could leak a credential: [`ClientBuilder`]. The settings of the session are
//! in `builder_auth`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName};
use reqwest::{Request, Response};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tower::Service;
use url::Url;

use super::api::Api;
use super::refresh_settings::{RefreshSettings, declare};
use crate::client::client::Client;
use crate::error::{BoxError, Error, Result};
use crate::execute::context::SharedContext;
use crate::execute::options::header;
use crate::execute::retry::policy::Retry;
use crate::execute::settings::Settings;
use crate::request::header_option::HeaderOption;
use crate::session::{Session, Tokens};
use crate::store::ErasedStore;
use crate::transport::origin::Origin;
use crate::transport::transport::Transport;
use crate::transport::upstream::Upstream;

/// Builds a client: the generated type `C`, or [`Client`] itself. [`build`](Self::build) returns an error if the
/// configuration is invalid.
///
/// Clones of the client share everything: the session, the connections and the settings. Two clients that are built
/// apart share nothing, unless both are given the same [`session`](Self::session) or the same
/// [`http`](Self::http) client.
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
    pub(super) session: Option<Session>,
    pub(super) tokens: Option<Tokens>,
    pub(super) store: Option<Arc<dyn ErasedStore>>,
    pub(super) runtime: Option<Handle>,
    pub(super) refresh: RefreshSettings,
    pub(super) headers: HeaderMap,
    pub(super) settings: Settings,
    pub(super) allow_http: bool,
    /// The other origins to which a redirect may take bodies and headers.
    pub(super) follow_to: Vec<Url>,
    pub(super) error: Option<Error>,
    pub(super) client: PhantomData<fn() -> C>,
}

impl Client {
    /// Starts building a client of the API at `base_url`. Credentials are sent to the origin of this URL only.
    pub fn builder(base_url: impl AsRef<str>) -> ClientBuilder<Self> {
        ClientBuilder::new(base_url.as_ref())
    }
}

impl<C: Api> ClientBuilder<C> {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            transport: None,
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

    /// Sends requests with your own reqwest client, with its proxies, TLS settings and time-outs. Default: a client of the
    /// runtime.
    ///
    /// Prefer [`http_builder`](Self::http_builder): the runtime follows redirects itself, because it knows which headers
    /// are secrets. A client that follows them by itself removes only the standard headers on the way to another origin.
    /// It sends everything else there: bodies, headers of hand-written requests, constant headers of the API. So
    /// [`build`](Self::build) refuses such a client if there are default headers, header arguments or another token
    /// header. Build it with `redirect(Policy::none())`. A cookie provider of the client is not used; the session keeps
    /// the cookies. Your client decides which proxy gets the requests, even for loopback addresses.
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.transport = Some(Transport::given(client));
        self
    }

    /// Sends requests with a reqwest client that the runtime builds from `builder`. Redirects are off, because the runtime
    /// follows them itself.
    ///
    /// An error of reqwest is returned by [`build`](Self::build).
    ///
    /// ```
    /// use std::time::Duration;
    /// use afresh::Client;
    ///
    /// let http = reqwest::Client::builder().connect_timeout(Duration::from_secs(5));
    /// let client = Client::builder("https://shop.example").http_builder(http).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn http_builder(mut self, builder: reqwest::ClientBuilder) -> Self {
        match Transport::finish(builder) {
            Ok(transport) => self.transport = Some(transport),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// Sends requests with a tower service that takes and returns the types of reqwest: a stack of layers, or a fake server
    /// in tests.
    ///
    /// The service sees each request as it is sent, with its credential. A layer that signs requests belongs here: it
    /// signs the second send again, with the new token. With the feature `hyper` there is
    /// [`HyperTransport`](crate::transport::HyperTransport), which has fewer features and takes about 60 % of the
    /// instructions of a call.
    ///
    /// The service must not follow redirects: the runtime cannot see whether it does. A bare [`reqwest::Client`] is
    /// treated as by [`http`](Self::http).
    ///
    /// A layer that retries belongs around the client. There it sees only what remains after a refresh, and each of its
    /// attempts is a call of its own. Inside the service it works below the session, as reqwest's own `retry` does: all
    /// its attempts are one send of a call. It must not retry the statuses of [`refresh_on`](Self::refresh_on), because
    /// it would repeat a token that the server refused.
    ///
    /// ```
    /// use afresh::{Client, Tokens};
    ///
    /// let double = tower::service_fn(|request: reqwest::Request| async move {
    ///     let authenticated = request.headers().contains_key("authorization");
    ///     let status = if authenticated { 200 } else { 403 };
    ///     http::Response::builder().status(status).body("").map(reqwest::Response::from)
    /// });
    /// let client = Client::builder("https://shop.example").transport(double).tokens(Tokens::new("a")).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn transport<S>(mut self, service: S) -> Self
    where
        S: Service<Request, Response = Response> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        self.transport = Some(Transport::service(service));
        self
    }

    /// Adds a header to each request to the API's origin that does not set it itself. Replaces a default header of that
    /// name. The value is a `HeaderValue` or serializes as a scalar. `None` changes nothing.
    #[expect(clippy::needless_pass_by_value, reason = "as in the method of `Pending`")]
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

    /// Retries faults that are not about the credential. Default: no retries. [`Retry`] says what is retried.
    pub fn retry(mut self, mut retry: Retry) -> Self {
        if let Some(budget) = retry.take_budget() {
            self.settings.retry_budget = budget;
        }
        self.settings.retry = Some(Arc::new(retry));
        self
    }

    /// Limits how many bytes the whole body of a success may have. A longer one is an error, see
    /// [`is_body_too_large`](Error::is_body_too_large), and is not read to its end. Default: no limit. Streams are not
    /// limited. The body of an error is cut at this limit, and always at 1 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.settings.max_body = Some(bytes);
        self
    }

    /// Limits the time of a whole call, from its first poll: waiting for a refresh, all sends, the waits between attempts,
    /// and the body unless it is streamed. Default: no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Limits how many calls that waited for a refresh are sent at the same time. The others wait until one of these has
    /// the head of its answer. Use this for servers that cannot take all waiting calls at once. A call whose deadline
    /// passes while it waits is not sent. Default: no limit; 0 counts as 1.
    pub fn replay_limit(mut self, calls: usize) -> Self {
        self.settings.replay_limit = Some(Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))));
        self
    }

    /// Runs refreshes, writes to the store and revocations on this runtime. Default: the runtime of the call that starts
    /// them.
    ///
    /// Set it if your runtimes do not always run: for example, if each thread blocks on a current-thread runtime of its
    /// own. A refresh on a runtime that nobody runs makes no progress. Other calls of the session take it over after
    /// 11 s, or 35 s with a store. If the server had answered by then, the answer is not read and the rotated refresh
    /// token in it is lost. It keeps the lock of
    /// the store until a call takes over, or for 36 s: then a thread of the runtime drops the refresh and releases the lock,
    /// so that other processes can refresh.
    ///
    /// Refreshes use connections of their own, which are opened on this runtime. With [`http`](Self::http),
    /// [`http_builder`](Self::http_builder) or [`transport`](Self::transport), calls and refreshes share the
    /// connections of your client. A connection that was opened on a runtime that does not run then delays a refresh on
    /// this one too: give such a client to one runtime only.
    ///
    /// The runtime applies to the session: the first client of a session that sets one determines it. Keep the
    /// runtime alive as long as the session.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// Returns an error with [`is_builder`](Error::is_builder) if the configuration is invalid: the base URL, plain
    /// `http`, a header, a status, or a token that is not a valid header value.
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
        let url = Url::parse(&self.base)
            .map_err(|error| Error::builder("the base URL is not a valid URL").with_source(error))?;
        self.check_base(&url)?;
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => Transport::own(&url)?,
        };
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

/// Omits the settings, which may hold secrets.
impl<C: Api> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("api", &C::INFO.name).finish_non_exhaustive()
    }
}
