//! [`Connector`] opens the connections of `HyperTransport`.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tower::Service;

use crate::error::BoxError;
use crate::error::causes::timed_out;

/// The protocols that a connector supports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP over TCP.
    #[cfg_attr(feature = "__rustls", allow(dead_code, reason = "this variant is used only without TLS"))]
    Http,
    /// HTTP over TCP or TLS. TLS can negotiate HTTP/2.
    #[cfg_attr(not(feature = "__rustls"), allow(dead_code, reason = "this variant is used only with TLS"))]
    Https,
    /// HTTP/1.1 over a connection that a user-supplied function opens.
    Custom,
}

pub(crate) type Connecting = Pin<Box<dyn Future<Output = Result<BoxedConnection, BoxError>> + Send>>;

/// Opens connections. The connect function is in an `Arc`, because hyper-util clones the connector for each request.
#[derive(Clone)]
pub(crate) struct Connector {
    connect: Arc<dyn Fn(Uri) -> Connecting + Send + Sync>,
    timeout: Option<Duration>,
}

pub(crate) struct BoxedConnection {
    stream: Box<dyn Stream>,
    is_http2: bool,
}

pub(crate) trait Stream: Read + Write + Send + Unpin {}

impl<S: Read + Write + Send + Unpin> Stream for S {}

impl Connector {
    pub(crate) fn new(connect: impl Fn(Uri) -> Connecting + Send + Sync + 'static) -> Self {
        Self { connect: Arc::new(connect), timeout: None }
    }

    pub(crate) fn over<F, R, S, E>(connect: F) -> Self
    where
        F: Fn(Uri) -> R + Send + Sync + 'static,
        R: Future<Output = Result<S, E>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
        E: Into<BoxError>,
    {
        Self::new(move |uri| {
            let connecting = connect(uri);
            Box::pin(async move {
                let stream = connecting.await.map_err(Into::into)?;
                Ok(BoxedConnection { stream: Box::new(TokioIo::new(stream)), is_http2: false })
            })
        })
    }

    pub(crate) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }
}

impl Service<Uri> for Connector {
    type Response = BoxedConnection;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let connecting = (self.connect)(uri);
        let Some(timeout) = self.timeout else { return connecting };
        Box::pin(async move {
            tokio::time::timeout(timeout, connecting).await.unwrap_or_else(|_| Err(timed_out()))
        })
    }
}

impl BoxedConnection {
    /// Wraps a connection and reports only the connection's protocol, because hyper-util would otherwise add all
    /// details of the connection to each response.
    pub(crate) fn of<S: Stream + Connection + 'static>(stream: S) -> Self {
        let is_http2 = stream.connected().is_negotiated_h2();
        Self { stream: Box::new(stream), is_http2 }
    }
}

impl Connection for BoxedConnection {
    fn connected(&self) -> Connected {
        let connected = Connected::new();
        if self.is_http2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for BoxedConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_read(context, buffer)
    }
}

impl Write for BoxedConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.stream).poll_write_vectored(context, pieces)
    }
}
