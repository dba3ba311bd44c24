//! Builds a client, and refuses what could leak a credential: [`ClientBuilder`].

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Request, Response};
use tokio::sync::Semaphore;
use tower::Service;
use url::Url;

use super::refresh_options::Ways;
use super::refresh_options::join;
use crate::auth::rules::Refusal;
use crate::client::client::Client;
use crate::declaration::endpoint::Api;
use crate::error::{BoxError, Error, Result};
use crate::execute::settings::Settings;
use crate::format::loopback::is_loopback;
use crate::session::{Session, Tokens, is_scheme};
use crate::store::{ErasedStore, SessionStore};
use crate::transport::origin::Origin;
use crate::transport::transport::Transport;
use crate::transport::upstream::Wire;

/// Builds a client: of the generated type `C`, or [`Client`] itself. What cannot be is told by
/// [`build`](Self::build).
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
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder<C = Client> {
    pub(super) base: String,
    pub(super) transport: Option<Transport>,
    pub(super) session: Option<Session>,
    pub(super) tokens: Option<Tokens>,
    pub(super) store: Option<Arc<dyn ErasedStore>>,
    pub(super) renewal: Ways,
    pub(super) headers: HeaderMap,
    pub(super) settings: Settings,
    pub(super) allow_http: bool,
    pub(super) error: Option<Error>,
    pub(super) client: PhantomData<fn() -> C>,
}

impl<C: Api> ClientBuilder<C> {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            transport: None,
            session: None,
            tokens: None,
            store: None,
            renewal: Ways::default(),
            headers: HeaderMap::new(),
            settings: Settings::default(),
            allow_http: false,
            error: None,
            client: PhantomData,
        }
    }

    /// Sends through your own reqwest client, with its proxies, TLS settings and time-outs. Default: a
    /// client of the runtime's.
    ///
    /// Build it with `redirect(Policy::none())`: the runtime follows redirects itself and knows which headers
    /// are secrets. One that follows them by itself drops only the standard ones on the way to another origin:
    /// it carries default headers along, and it cannot be used with another token header. Cookies are kept by
    /// the session; a cookie provider of the client's own is not looked at.
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.transport = Some(Transport::Given(client));
        self
    }

    /// Sends through any tower service of reqwest's request and response: a stack of layers, or a double in
    /// tests.
    ///
    /// It sees every send as it goes out, with its credential. A layer that signs requests belongs here: it signs
    /// the second send anew, over the new token.
    ///
    /// With the feature `hyper` there is `HyperTransport`, which does less than reqwest and costs about half as much.
    ///
    /// The service must not follow redirects by itself: the runtime cannot see whether it does. (A bare
    /// [`reqwest::Client`] is taken as [`http`](Self::http) takes it.)
    ///
    /// A layer that retries belongs around the client: it then sees what is left after a refresh, and each
    /// of its attempts is a call of its own. In here it is beneath the session, as reqwest's own `retry` is:
    /// all its attempts are one send of a call. It must then leave alone the statuses that are refreshed for,
    /// or it repeats a token that was refused.
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

    /// Keeps the session in a store, where it outlives this process and is shared with others: a
    /// [`FileStore`](crate::FileStore), or any [`SessionStore`]. Default: in memory alone.
    ///
    /// It is read by the first call that needs the session. What that promises is told at
    /// [`Session`](Session#stores). The first client of a session that brings a store determines it.
    ///
    /// ```
    /// use afresh::{Client, FileStore};
    ///
    /// let client = Client::builder("https://shop.example").store(FileStore::new("/home/me/.config/shop/session")).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn store(mut self, store: impl SessionStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Starts logged in, as [`Session::set`] does: with a [store](Self::store), in place of what it holds.
    pub fn tokens(mut self, tokens: Tokens) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Statuses that say that the credential is no longer good. Default: what the API declares, else 401
    /// and 403. A success among them counts only if [`expired_when`](Self::expired_when) says so.
    pub fn refresh_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.settings.refresh_on = Some(statuses.into_iter().collect());
        self
    }

    /// Says of an answer whose status is refreshed for that the credential has expired: it is refreshed for
    /// even where a bare 403 is taken at its word. May be given several times; any of the functions is
    /// enough, and so is what the API declares with `expired_when(...)`. Default: none.
    ///
    /// A success is refreshed for only if its status is in [`refresh_on`](Self::refresh_on) and a rule says
    /// that it is a refusal. If a method reads its answer as it arrives, a rule sees the body of a success only
    /// if that is JSON.
    ///
    /// A function that panics says nothing of the credential: the answer is returned as it came, and
    /// [`SessionEvent::RuleFailed`](crate::SessionEvent::RuleFailed) is told.
    ///
    /// ```
    /// use afresh::{Client, Tokens};
    ///
    /// let client = Client::builder("https://shop.example")
    ///     .tokens(Tokens::new("access"))
    ///     .refresh_on([200, 401, 403])
    ///     .expired_when(|answer| answer.json("/code").is_some_and(|code| code == "TOKEN_EXPIRED"))
    ///     .forbidden_when(|answer| answer.is_html())
    ///     .build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn expired_when<F>(mut self, rule: F) -> Self
    where
        F: Fn(&Refusal<'_>) -> bool + Send + Sync + 'static,
    {
        self.settings.expired_when.push(Arc::new(rule));
        self
    }

    /// Says of a refusal that it is not about the credential, so it is never refreshed for: a missing CSRF
    /// token, the page of a firewall. Outranks everything else that an answer says. As
    /// [`expired_when`](Self::expired_when) otherwise.
    pub fn forbidden_when<F>(mut self, rule: F) -> Self
    where
        F: Fn(&Refusal<'_>) -> bool + Send + Sync + 'static,
    {
        self.settings.forbidden_when.push(Arc::new(rule));
        self
    }

    /// Shares a session with other clients: one login, one refresh.
    ///
    /// The first client that brings a way to refresh determines it. The access token goes to the origin of
    /// each.
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// A header of every request to the API's origin that does not set it itself.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        HeaderValue: TryFrom<V>,
    {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.append(name, value);
            }
            (Err(_), _) => self.fail("a default header has a name that is no header name"),
            (_, Err(_)) => self.fail("a default header has a character that no header can carry"),
        }
        self
    }

    /// What precedes the token in its header; `""` for the bare token. Default: what the API declares, else
    /// the token's type, else `Bearer`.
    pub fn scheme(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        let scheme = scheme.into();
        if !scheme.is_empty() && !is_scheme(&scheme) {
            self.fail("the scheme is no authentication scheme");
        }
        self.settings.scheme = Some(scheme);
        self
    }

    /// The header that carries the access token. Default: what the API declares, else `authorization`.
    pub fn token_header<N>(mut self, name: N) -> Self
    where
        HeaderName: TryFrom<N>,
    {
        match HeaderName::try_from(name) {
            Ok(name) => self.settings.token_header = Some(name),
            Err(_) => self.fail("the token header has a name that is no header name"),
        }
        self
    }

    /// The longest time for a whole call, with everything in it: waiting for a refresh, both sends, the
    /// body. Default: none.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// The most calls that are sent at the same time after a refresh for which they waited, again or for the
    /// first time; the others wait for their turn, until the head of an answer is there. For servers that a crowd
    /// coming back at once would bring down. A call whose deadline passes while it waits is not sent again.
    /// Default: no limit; 0 counts as 1.
    pub fn replay_limit(mut self, calls: usize) -> Self {
        self.settings.replays = Some(Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))));
        self
    }

    /// Allows plain `http` to a host that is not this machine. Everybody on the way can then read the tokens.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`is_builder`](Error::is_builder) with what was wrong: the base URL, plain `http`, a header, a token
    /// that no header can carry.
    pub fn build(mut self) -> Result<C> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let wire = Arc::new(self.wire()?);
        let session = self.session.unwrap_or_default();
        if let Some(store) = self.store {
            session.set_store(store);
        }
        self.renewal.give_to(&session, &wire);
        if let Some(tokens) = self.tokens {
            let unusable = |error: Error| Error::builder(error.text().to_owned());
            session.log_in(None, tokens, &[]).map_err(unusable)?;
            session.expect();
        }
        let client = Client::assemble(wire, session, self.settings, C::INFO);
        client.placement()?;
        join(&client, C::INFO, self.renewal.ends_on.as_deref());
        Ok(C::from_client(client))
    }

    fn wire(&mut self) -> Result<Wire> {
        let url = Url::parse(&self.base)
            .map_err(|error| Error::builder("the base URL is no URL").with_source(error))?;
        self.check_base(&url)?;
        let transport = match self.transport.take() {
            Some(transport) => transport,
            None => Transport::own(&url)?,
        };
        transport.check(&url)?;
        let follows_redirects = transport.follows_redirects();
        Ok(Wire {
            host: transport.host(&url),
            transport,
            follows_redirects,
            origin: Origin::of(&url),
            base: url,
            headers: std::mem::take(&mut self.headers),
        })
    }

    fn check_base(&self, url: &Url) -> Result<()> {
        let wrong = match url.scheme() {
            "https" => None,
            "http" if self.allow_http || is_loopback(url) => None,
            "http" => Some(
                "the base URL is plain http to another machine: use https, or `allow_http` if nobody can listen",
            ),
            _ => Some("the base URL is neither https nor http"),
        };
        let wrong = wrong.or_else(|| {
            let has_user = !url.username().is_empty() || url.password().is_some();
            has_user.then_some("the base URL holds a user or a password")
        });
        let wrong = wrong.or_else(|| {
            let has_more = url.query().is_some() || url.fragment().is_some();
            has_more.then_some("the base URL has a query or a fragment")
        });
        wrong.map_or(Ok(()), |text| Err(Error::builder(text)))
    }

    pub(super) fn fail(&mut self, text: &'static str) {
        self.error.get_or_insert_with(|| Error::builder(text));
    }
}

/// Says nothing of what it was given: it may hold secrets.
impl<C: Api> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("api", &C::INFO.name).finish_non_exhaustive()
    }
}
