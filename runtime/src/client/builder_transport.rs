//! The builder settings that select the transport and the Tokio runtime.

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
    /// Sends requests with your own reqwest client, with its proxies, TLS settings and timeouts. By default, requests
    /// are sent with a client that the runtime creates.
    ///
    /// Prefer [`http_builder`](Self::http_builder). The runtime follows redirects itself, because it knows which
    /// headers are secrets. A client that follows redirects itself removes only the standard headers before it sends a
    /// request to another origin. A client that follows redirects itself also sends bodies, the headers of hand-written
    /// requests, and the API's constant headers to the other origin. [`build`](Self::build) therefore rejects a client
    /// that follows redirects if there are default headers, header arguments or a custom token header. Build the client
    /// with `redirect(Policy::none())`. The client's cookie provider is not used, because the session stores the
    /// cookies. Your client decides which proxy receives the requests, even for loopback addresses.
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.transport = Some(Transport::given(client));
        self
    }

    /// Sends requests with a reqwest client that the runtime builds from `builder`. Redirects are disabled, because the
    /// runtime follows them itself.
    ///
    /// [`build`](Self::build) returns the error if reqwest cannot build the client.
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

    /// Sends requests with a tower service that takes and returns the types of reqwest, such as a stack of layers or a
    /// fake server in tests.
    ///
    /// The service receives each request with its credential, as it is sent. Put a layer that signs requests into this
    /// service, because the layer then also signs the second send, which carries the new token. The feature `hyper`
    /// adds [`HyperTransport`](crate::transport::HyperTransport), which supports less than reqwest but executes about
    /// 40 % fewer instructions per call.
    ///
    /// The service must not follow redirects, because the runtime cannot detect whether it does. A plain
    /// [`reqwest::Client`] that is passed to `transport` is treated like one that is passed to [`http`](Self::http).
    ///
    /// Place a layer that retries around the client, not inside the service. Around the client, the layer sees only the
    /// errors that remain after a refresh, and each attempt of the layer is a separate call. Inside the service, the
    /// layer works below the session, like reqwest's own `retry`: all its attempts are one send of a call. A layer
    /// inside the service must not retry the statuses of [`refresh_on`](Self::refresh_on), because the retries would
    /// send the token that the server has just refused.
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

    /// Runs refreshes, store writes and revocations on this runtime. By default, refreshes, writes and revocations run
    /// on the runtime of the call that starts them.
    ///
    /// Set this runtime if your other runtimes are not always polled, for example because each thread blocks on its own
    /// current-thread runtime. A refresh stalls while its runtime is not polled. Other calls of the session take over
    /// the refresh after 11 s, or after 35 s with a store. If the server responded before the takeover, the response is
    /// not read, and the rotated refresh token in the response is lost. The refresh keeps the store's lock until a call
    /// takes over, but for at most 36 s. After 36 s, a watchdog thread drops the refresh and releases the lock, so that
    /// other processes can refresh.
    ///
    /// Refreshes use separate connections, which are opened on this runtime. With [`http`](Self::http),
    /// [`http_builder`](Self::http_builder) or [`transport`](Self::transport), calls and refreshes share the
    /// connections of your client. If the runtime of a shared connection stalls, the connection also delays a refresh
    /// on this runtime. A client that is set with one of these methods must be used on only one runtime.
    ///
    /// The runtime is a session setting. If several clients of a session set a runtime, the session uses the runtime
    /// that was set first. Keep the runtime alive as long as the session.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Sets the origins to which the browser sends its cookies. The setting applies to every call of the client,
    /// including refreshes. Outside a browser, the setting has no effect, because the [session](crate::Session) stores
    /// the cookies. Default: [`SameOrigin`](RequestCredentials::SameOrigin).
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
