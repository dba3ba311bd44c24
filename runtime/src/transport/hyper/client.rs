//! The lean transport: hyper-util's client, with nothing between it and a call: [`HyperTransport`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::ACCEPT;
use http::{HeaderValue, Uri};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::{Body, Request};
use tokio::io::{AsyncRead, AsyncWrite};
use tower::Service;
use url::Url;

use super::connector::{Connector, Reach};
use super::host::HostHeader;
use super::network;
use super::response::{Deadline, LeanResponse};
use crate::error::causes::{NoTls, timed_out};
use crate::error::{BoxError, Result};

/// As long as reqwest's.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// A transport that does less than reqwest, and a call costs about half as much: hyper-util's client. Give it to
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport). With the feature `hyper`.
///
/// ```
/// use afresh::transport::HyperTransport;
/// use afresh::Client;
///
/// let client = Client::builder("https://shop.example").transport(HyperTransport::new()?).build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
///
/// Clients behave as over reqwest, with the same session, redirects, cookies, time-outs and errors. What it
/// does not do:
///
/// - It knows no proxies, whatever the environment or the system says.
/// - It does not ask for compressed answers and does not read them.
/// - An HTTP/2 server that turns a request away unprocessed is not asked again by itself.
/// - [`reqwest::Response::remote_addr`] is `None`.
///
/// `https` needs the feature `rustls`, or `rustls-no-provider` and a provider that the program installs; the
/// system's trusted certificates count. With `native-tls` alone, or without any, there is only `http`: an
/// `https` base URL is refused by [`build`](crate::ClientBuilder::build), and a redirect to one by an error that
/// [`is_connect`](crate::Error::is_connect), before anything is sent. HTTP/2 is spoken where the server offers it
/// over TLS, with the feature `http2`.
///
/// A request goes out once: only one that no byte was sent of, because its connection had been closed while it lay
/// idle, is sent over another. Clones share their connections. A call must be made within a tokio runtime.
///
/// It is a tower service too, so layers can be put around it; then each answer is made one of reqwest's,
/// which costs part of what is saved.
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, Body>,
    connector: Connector,
    idle_timeout: Duration,
    reach: Reach,
    host: HostHeader,
}

impl HyperTransport {
    /// Over TCP; and over TLS, if there is a feature for it.
    ///
    /// # Errors
    ///
    /// [`is_builder`](crate::Error::is_builder) if TLS cannot be set up.
    pub fn new() -> Result<Self> {
        Ok(Self::assemble(network::network()?, IDLE_TIMEOUT, network::REACH))
    }

    /// Over connections of your own making: a Unix socket, another TLS, a pipe to a server in the same process.
    ///
    /// `connect` gets the address without a path, `https://shop.example`, and returns what bytes can be written
    /// to. Over a connection to an `https` address it is responsible for TLS. HTTP/1.1 is spoken.
    ///
    /// ```
    /// # #[cfg(unix)] {
    /// use afresh::transport::HyperTransport;
    /// use afresh::Client;
    /// use tokio::net::UnixStream;
    ///
    /// let transport = HyperTransport::over(|_| UnixStream::connect("/run/engine.sock"));
    /// let client = Client::builder("http://localhost").transport(transport).build()?;
    /// # }
    /// # Ok::<(), afresh::Error>(())
    /// ```
    pub fn over<F, R, S, E>(connect: F) -> Self
    where
        F: Fn(Uri) -> R + Send + Sync + 'static,
        R: Future<Output = std::result::Result<S, E>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        E: Into<BoxError>,
    {
        Self::assemble(Connector::over(connect), IDLE_TIMEOUT, Reach::Own)
    }

    /// The longest time until a connection is there, its TLS included. Default: none of its own.
    ///
    /// The error [`is_timeout`](crate::Error::is_timeout).
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self::assemble(self.connector.with_timeout(timeout), self.idle_timeout, self.reach)
    }

    /// How long a connection is kept that nobody uses. Default: 90 s.
    #[must_use]
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        Self::assemble(self.connector, timeout, self.reach)
    }

    fn assemble(connector: Connector, idle_timeout: Duration, reach: Reach) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle_timeout)
            .build(connector.clone());
        Self { client, connector, idle_timeout, reach, host: HostHeader::default() }
    }

    /// Refuses an address that it cannot reach.
    pub(crate) fn check(&self, url: &Url) -> Result<(), NoTls> {
        if self.reach == Reach::Http && url.scheme() == "https" { Err(NoTls) } else { Ok(()) }
    }

    pub(crate) fn exchange(&self, request: Request) -> Exchange {
        Exchange(self.send(request).map_err(Some))
    }

    fn send(&self, request: Request) -> Result<UnderWay, BoxError> {
        self.check(request.url())?;
        let may_be_http2 = self.reach == Reach::Https && request.url().scheme() == "https";
        let deadline = Deadline::of(request.timeout().copied());
        let mut request = http::Request::<Body>::try_from(request)?;
        let uri = request.uri().clone();
        // HTTP/2 has no such header; hyper-util knows in time which of the two it speaks.
        if !may_be_http2 {
            self.host.add(&uri, request.headers_mut());
        }
        // As reqwest and browsers say: there are servers that answer something else without it.
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        Ok(UnderWay { answer: self.client.request(request), uri, deadline: Some(deadline) })
    }
}

/// One request under way, or why it does not go out.
pub(crate) struct Exchange(Result<UnderWay, Option<BoxError>>);

struct UnderWay {
    answer: ResponseFuture,
    uri: Uri,
    /// Goes on with the answer's body.
    deadline: Option<Deadline>,
}

impl Future for Exchange {
    type Output = Result<LeanResponse, BoxError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let under_way = match &mut self.0 {
            Ok(under_way) => under_way,
            Err(error) => return error.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
        };
        let Some(deadline) = &mut under_way.deadline else { return Poll::Pending };
        match Pin::new(&mut under_way.answer).poll(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Ready(Ok(answer)) => {
                let uri = std::mem::take(&mut under_way.uri);
                let deadline = under_way.deadline.take().unwrap_or_default();
                Poll::Ready(Ok(LeanResponse::new(answer, uri, deadline)))
            }
            Poll::Pending if deadline.is_over(context) => Poll::Ready(Err(timed_out())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Service<Request> for HyperTransport {
    type Response = reqwest::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<reqwest::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let exchange = self.exchange(request);
        Box::pin(async move { exchange.await.map(LeanResponse::into_reqwest) })
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").field("idle_timeout", &self.idle_timeout).finish_non_exhaustive()
    }
}
