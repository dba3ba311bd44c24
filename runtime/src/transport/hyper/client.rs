//! [`HyperTransport`] sends requests with hyper-util's client.

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

use super::connector::{Connector, Protocol};
use super::host::HostHeader;
use super::network;
use super::response::{BodyDeadline, HyperResponse};
use crate::error::causes::{NoTls, timed_out};
use crate::error::{BoxError, Result};
use crate::platform::url::Url;

/// The default idle timeout of a connection, equal to reqwest's default.
const IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// A transport that sends requests with hyper-util's client. `HyperTransport` has fewer features than reqwest, but
/// executes about 36% fewer instructions per call. Pass it to
/// [`ClientBuilder::transport`](crate::ClientBuilder::transport). `HyperTransport` requires the `hyper` feature.
///
/// ```
/// use afresh::transport::HyperTransport;
/// use afresh::Client;
///
/// let client = Client::builder("https://shop.example").transport(HyperTransport::new()?).build()?;
/// # Ok::<(), afresh::Error>(())
/// ```
///
/// Sessions, redirects, cookies, timeouts and errors work in the same way as with reqwest. `HyperTransport` has the
/// following limitations:
///
/// - Proxy settings from the environment and the system are ignored.
/// - Compressed responses are neither requested nor decoded.
/// - If an HTTP/2 server refuses a request without processing it, the request is not sent again.
/// - [`reqwest::Response::remote_addr`] is `None`.
///
/// `https` requires the `rustls` feature, or the `rustls-no-provider` feature and a crypto provider that the program
/// installs. The system's root certificates are trusted. With `native-tls` alone, or without TLS, only `http` is
/// supported. Without TLS support, [`build`](crate::ClientBuilder::build) returns an error for an `https` base URL.
/// Without TLS support, a redirect to an `https` URL causes an error for which [`is_connect`](crate::Error::is_connect)
/// returns `true`, and no request is sent to that URL. With the `http2` feature, HTTP/2 is used if the server offers it
/// over TLS.
///
/// `HyperTransport` sends each request only once. If an idle connection was closed before any byte was written, the
/// request is sent over a new connection. Clones share their connections. Calls must be made within a Tokio runtime.
///
/// The transport also implements tower's `Service`, so you can add layers. With layers, each response is converted into
/// a reqwest response, which makes calls slower.
#[derive(Clone)]
pub struct HyperTransport {
    client: Client<Connector, Body>,
    connector: Connector,
    idle_timeout: Duration,
    protocol: Protocol,
    host: HostHeader,
}

impl HyperTransport {
    /// Creates a transport that connects over TCP, and over TLS if a TLS feature is enabled.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_builder`](crate::Error::is_builder) returns `true` if TLS cannot be initialized.
    pub fn new() -> Result<Self> {
        Ok(Self::assemble(network::network()?, IDLE_TIMEOUT, network::PROTOCOL))
    }

    /// Creates a transport over connections that `connect` opens. The connections can be, for example, Unix sockets,
    /// TLS connections from a different library, or pipes to a server in the same process.
    ///
    /// `connect` receives the URL without a path, such as `https://shop.example`, and returns an open connection. For
    /// an `https` URL, `connect` must set up TLS itself. The protocol is HTTP/1.1.
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
        Self::assemble(Connector::over(connect), IDLE_TIMEOUT, Protocol::Custom)
    }

    /// Sets the time limit for opening a connection, including the TLS handshake. By default, there is no time limit
    /// for opening a connection.
    ///
    /// If a connection cannot be established within the time limit, the call fails with an error for which
    /// [`is_timeout`](crate::Error::is_timeout) returns `true`.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self::assemble(self.connector.with_timeout(timeout), self.idle_timeout, self.protocol)
    }

    /// Sets the time for which an idle connection is kept open. Default: 90 s.
    #[must_use]
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        Self::assemble(self.connector, timeout, self.protocol)
    }

    fn assemble(connector: Connector, idle_timeout: Duration, protocol: Protocol) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(idle_timeout)
            .build(connector.clone());
        Self { client, connector, idle_timeout, protocol, host: HostHeader::default() }
    }

    pub(crate) fn check(&self, url: &Url) -> Result<(), NoTls> {
        if self.protocol == Protocol::Http && url.scheme() == "https" { Err(NoTls) } else { Ok(()) }
    }

    #[inline]
    pub(crate) fn send(&self, request: Request) -> HyperFuture {
        HyperFuture(self.start(request).map_err(Some))
    }

    #[inline]
    fn start(&self, request: Request) -> Result<PendingResponse, BoxError> {
        self.check(request.url())?;
        let may_be_http2 = self.protocol == Protocol::Https && request.url().scheme() == "https";
        let deadline = BodyDeadline::of(request.timeout().copied());
        let mut request = http::Request::<Body>::try_from(request)?;
        let uri = request.uri().clone();
        // HTTP/2 has no `Host` header. If the protocol might be HTTP/2, hyper-util adds the `Host` header once the
        // protocol is known to be HTTP/1.1.
        if !may_be_http2 {
            self.host.add(&uri, request.headers_mut());
        }
        // reqwest and browsers send an `accept` header, and some servers respond differently without it.
        request.headers_mut().entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        Ok(PendingResponse { answer: self.client.request(request), uri, deadline: Some(deadline) })
    }
}

/// Waits for the response headers, or returns the error that prevented the request from being sent.
pub(crate) struct HyperFuture(Result<PendingResponse, Option<BoxError>>);

struct PendingResponse {
    answer: ResponseFuture,
    uri: Uri,
    /// The deadline of the request, which also applies to the response body.
    deadline: Option<BodyDeadline>,
}

impl Future for HyperFuture {
    type Output = Result<HyperResponse, BoxError>;

    // If the future is polled again after it has returned a response, or the error of a request that was not sent, it
    // stays pending forever. A panic would turn the caller's mistake into a crash.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let pending = match &mut self.0 {
            Ok(pending) => pending,
            Err(error) => return error.take().map_or(Poll::Pending, |error| Poll::Ready(Err(error))),
        };
        let Some(deadline) = &mut pending.deadline else { return Poll::Pending };
        match Pin::new(&mut pending.answer).poll(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Ready(Ok(answer)) => {
                let uri = std::mem::take(&mut pending.uri);
                let deadline = pending.deadline.take().unwrap_or_default();
                Poll::Ready(Ok(HyperResponse::new(answer, uri, deadline)))
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
        let sent = self.send(request);
        Box::pin(async move { sent.await.map(HyperResponse::into_reqwest) })
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").field("idle_timeout", &self.idle_timeout).finish_non_exhaustive()
    }
}
