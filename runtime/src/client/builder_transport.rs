//! What sends the requests of a client, and where its tasks run: reqwest, hyper or a tower service, and a Tokio runtime.

use reqwest::{Request, Response};
use tokio::runtime::Handle;
use tower::Service;

use super::api::Api;
use super::builder::ClientBuilder;
use crate::error::BoxError;
use crate::transport::credentials::RequestCredentials;
use crate::transport::transport::Transport;

/// # Transport
impl<C: Api> ClientBuilder<C> {
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

    /// Runs refreshes, writes to the store and revocations on this runtime. Default: the runtime of the call that starts
    /// them.
    ///
    /// Set it if your runtimes do not always run: for example, if each thread blocks on a current-thread runtime of its
    /// own. A refresh makes no progress while its runtime does not run. Other calls of the session take it over after
    /// 11 s, or 35 s with a store. If the server had answered by then, the answer is not read and the rotated refresh
    /// token in it is lost. The refresh keeps the lock of the store until a call takes over, at most for 36 s: then a
    /// thread of the runtime drops the refresh and releases the lock, so that other processes can refresh.
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

    /// In a browser, says to which origins the browser sends its cookies. It applies to every call of the client, with the
    /// refresh. Elsewhere it has no effect, because the [session](crate::Session) keeps the cookies. Default:
    /// [`SameOrigin`](RequestCredentials::SameOrigin).
    ///
    /// ```
    /// use afresh::{Client, transport::RequestCredentials};
    ///
    /// let client = Client::builder("https://api.shop.example").credentials(RequestCredentials::Include).build()?;
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn credentials(self, _: RequestCredentials) -> Self {
        self
    }
}
