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
    /// Sends requests with your own reqwest client and its proxies, TLS settings and timeouts. By default, requests are
    /// sent with a client that the runtime creates.
    ///
    /// Prefer [`http_builder`](Self::http_builder). The runtime follows redirects itself, because it knows which
    /// headers contain secrets. On a redirect to another origin, a reqwest client that follows redirects removes only
    /// the standard secret headers, such as `authorization`. A reqwest client that follows redirects also forwards
    /// bodies, the headers of hand-written requests, and the API's constant headers. If there are default headers,
    /// header arguments or a custom token header, [`build`](Self::build) rejects a client that follows redirects. To
    /// disable redirects in your client, build it with `redirect(Policy::none())`. The client's cookie provider is not
    /// used, because the session stores the cookies. Your client decides which proxy receives a request, even a request
    /// to a loopback address.
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.transport = Some(Transport::given(client));
        self
    }

    /// Sends requests with a reqwest client that the runtime builds from `builder`. The client that is built from
    /// `builder` does not follow redirects, because the runtime follows redirects itself.
    ///
    /// If reqwest cannot build the client, [`build`](Self::build) returns an error.
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

    /// Sends requests with a tower service that accepts reqwest requests and returns reqwest responses, such as a stack
    /// of layers or a fake server for tests.
    ///
    /// The service receives each request exactly as it is sent, including the credential. Place a request-signing layer
    /// inside the service, so that requests are signed again when they are resent with a new token. The `hyper` feature
    /// adds [`HyperTransport`](crate::transport::HyperTransport), which supports fewer features than reqwest but
    /// executes about 36% fewer instructions per call.
    ///
    /// The service must not follow redirects. The runtime cannot detect whether a service follows redirects. A plain
    /// [`reqwest::Client`] passed to `transport` is treated like one passed to [`http`](Self::http).
    ///
    /// Put a retry layer around the client rather than inside the service. Each attempt of a retry layer around the
    /// client is a separate call, and the layer receives only errors that remain after a refresh. A retry layer inside
    /// the service is invisible to the session, like reqwest's own `retry`: the session treats all attempts of the
    /// layer as a single send. Inside the service, a retry layer must not retry responses with a
    /// [`refresh_on`](Self::refresh_on) status code, because the retry would send the refused token again.
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

    /// Runs refreshes, store writes and revocations on the given Tokio runtime. By default, refreshes, store writes and
    /// revocations run on the Tokio runtime of the call that starts them.
    ///
    /// Set a runtime if your program's Tokio runtimes are not polled continuously, for example if each thread blocks on
    /// its own current-thread runtime. A refresh stalls while the Tokio runtime that executes it is not polled. After
    /// 11 s, or after 35 s with a store, another call takes over a stalled refresh. If the server has already responded
    /// when another call takes over a refresh, the response is never read, and the new refresh token in the response is
    /// lost. A stalled refresh holds the store's lock until another call takes over the refresh, but for at most 36 s.
    /// After 36 s, a watchdog thread drops the stalled refresh and releases the lock, so that other processes can
    /// refresh.
    ///
    /// Refreshes use their own connections, which are opened on the given runtime. With [`http`](Self::http),
    /// [`http_builder`](Self::http_builder) or [`transport`](Self::transport), calls and refreshes share your client's
    /// connections. If the runtime that drives a shared connection stalls, a refresh that uses the connection is also
    /// delayed. A client or service that you provide must be used on only one Tokio runtime.
    ///
    /// The Tokio runtime is a setting of the session rather than of the client. If clients that share a session set
    /// different runtimes, the session uses the one that was set first. The Tokio runtime must keep running for as long
    /// as the session is in use.
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// Controls which origins the browser sends cookies to. `credentials` applies to all of the client's requests,
    /// including refreshes. Outside a browser, `credentials` has no effect, because the [session](crate::Session)
    /// manages the cookies. Default: [`SameOrigin`](RequestCredentials::SameOrigin).
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
