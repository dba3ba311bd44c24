//! Serves a test double over HTTP/1.1, on a loopback socket or on an in-memory pipe. Each connection is served by a
//! separate task.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::Uri;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::double::{Double, Outcome};

/// A test double that is served on a loopback socket. Dropping this value closes the socket and every connection.
#[derive(Debug)]
pub struct Listening {
    /// The base URL, `http://127.0.0.1:49152`, without a trailing slash.
    pub base_url: String,
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    server: JoinHandle<Infallible>,
}

impl Listening {
    /// Serves a test double on a free port.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub async fn start(double: impl Double) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let server = tokio::spawn(accept(listener, double, Arc::clone(&connections)));
        Self { base_url: format!("http://{address}"), address, connections, server }
    }

    /// Returns the URL for a path on this server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Returns the address and the port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the number of connections that were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, double: impl Double, connections: Arc<AtomicUsize>) -> Infallible {
    // Dropping this task drops the task set, which closes every connection.
    let mut open = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::SeqCst);
            open.spawn(serve(stream, double.clone(), "http".into()));
        }
        while open.try_join_next().is_some() {}
    }
}

/// Opens an in-memory connection to a test double that acts as the server at `origin`. The connection uses tasks, but
/// does not use a socket or a timer.
///
/// `origin` must be a URL without a path, such as `https://api.test`.
#[must_use]
pub fn connect(double: impl Double, origin: &Uri) -> DuplexStream {
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(serve(far, double, origin.scheme_str().unwrap_or("http").into()));
    near
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    double: impl Double,
    scheme: Arc<str>,
) {
    let service = service_fn(|request| receive(double.clone(), scheme.clone(), request));
    // A test can break a connection on purpose, so an error from the connection is ignored here, and the client gets a
    // transport error.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn receive(double: impl Double, scheme: Arc<str>, request: http::Request<Incoming>) -> Outcome {
    let (mut head, body) = request.into_parts();
    let body: Bytes = body.collect().await?.to_bytes();
    let host = head.headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let target = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    head.uri = Uri::try_from(format!("{scheme}://{host}{target}"))?;
    double.handle(http::Request::from_parts(head, body)).await
}
