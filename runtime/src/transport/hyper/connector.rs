//! How the lean transport gets a connection: [`Connector`].

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

/// What the connector is good for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// TCP and no more.
    #[cfg_attr(feature = "__rustls", allow(dead_code, reason = "what there is without TLS"))]
    Http,
    /// TLS too, by which HTTP/2 may be agreed upon.
    #[cfg_attr(not(feature = "__rustls"), allow(dead_code, reason = "what there is with TLS"))]
    Https,
    /// Whatever the user's own may do; it is spoken to in HTTP/1.1.
    Own,
}

pub(crate) type Dialing = Pin<Box<dyn Future<Output = Result<Line, BoxError>> + Send>>;

/// Behind one pointer, because hyper-util clones it for every request.
#[derive(Clone)]
pub(crate) struct Connector {
    dial: Arc<dyn Fn(Uri) -> Dialing + Send + Sync>,
    timeout: Option<Duration>,
}

/// A connection, whatever is beneath it.
pub(crate) struct Line {
    stream: Box<dyn Stream>,
    is_http2: bool,
}

pub(crate) trait Stream: Read + Write + Send + Unpin {}

impl<S: Read + Write + Send + Unpin> Stream for S {}

impl Connector {
    pub(crate) fn new(dial: impl Fn(Uri) -> Dialing + Send + Sync + 'static) -> Self {
        Self { dial: Arc::new(dial), timeout: None }
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
                Ok(Line { stream: Box::new(TokioIo::new(stream)), is_http2: false })
            })
        })
    }

    pub(crate) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }
}

impl Service<Uri> for Connector {
    type Response = Line;
    type Error = BoxError;
    type Future = Dialing;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Dialing {
        let dialing = (self.dial)(uri);
        let Some(timeout) = self.timeout else { return dialing };
        Box::pin(
            async move { tokio::time::timeout(timeout, dialing).await.unwrap_or_else(|_| Err(timed_out())) },
        )
    }
}

impl Line {
    /// Without what hyper-util would note of the connection in every answer: nobody asks for it.
    pub(crate) fn of<S: Stream + Connection + 'static>(stream: S) -> Self {
        let is_http2 = stream.connected().is_negotiated_h2();
        Self { stream: Box::new(stream), is_http2 }
    }
}

impl Connection for Line {
    fn connected(&self) -> Connected {
        let connected = Connected::new();
        if self.is_http2 { connected.negotiated_h2() } else { connected }
    }
}

impl Read for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.stream).poll_read(context, buffer)
    }
}

impl Write for Line {
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
