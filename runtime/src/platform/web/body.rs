//! Defines [`Body`], the request body. Few browsers can send a stream, so the runtime reads the whole stream into
//! memory before it sends the request.

use std::collections::VecDeque;
use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::TryStream;
use http_body::{Body as HttpBody, Frame, SizeHint};

type BoxError = Box<dyn Error + Send + Sync>;
/// A stream of chunks. The lock around the stream is never contended and exists only because a request must be `Sync`.
type Stream = Mutex<Pin<Box<dyn HttpBody<Data = Bytes, Error = BoxError> + Send>>>;

/// The request body.
pub(crate) enum Body {
    Bytes(Bytes),
    Stream(Stream),
    /// A sequence of bodies.
    Chain(VecDeque<Body>),
}

/// Converts a reqwest body that the user provided.
pub(crate) fn body_of(body: reqwest::Body) -> Body {
    match body.as_bytes() {
        Some(bytes) => Body::Bytes(Bytes::copy_from_slice(bytes)),
        None => Body::wrap_stream(OneError(Some(
            "afresh cannot read a reqwest form in a browser. Use parts instead".into(),
        ))),
    }
}

impl Body {
    pub(crate) fn wrap(body: impl HttpBody<Data = Bytes, Error = BoxError> + Send + 'static) -> Self {
        Self::Stream(Mutex::new(Box::pin(body)))
    }

    pub(crate) fn wrap_stream<S>(stream: S) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<BoxError>,
        Bytes: From<S::Ok>,
    {
        Self::wrap(FromStream(Box::pin(stream)))
    }

    pub(crate) fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(_) | Self::Chain(_) => None,
        }
    }

    pub(super) fn try_clone(&self) -> Option<Self> {
        match self {
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Stream(_) | Self::Chain(_) => None,
        }
    }

    pub(super) async fn collect(mut self) -> Result<Bytes, BoxError> {
        if let Self::Bytes(bytes) = self {
            return Ok(bytes);
        }
        let mut read = Vec::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut self).poll_frame(context)).await {
            if let Ok(data) = frame?.into_data() {
                read.extend_from_slice(&data);
            }
        }
        Ok(read.into())
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(stream) => {
                let stream = stream.get_mut().unwrap_or_else(PoisonError::into_inner);
                stream.as_mut().poll_frame(context)
            }
            Self::Chain(bodies) => {
                while let Some(first) = bodies.front_mut() {
                    if let Some(frame) = ready!(Pin::new(first).poll_frame(context)) {
                        return Poll::Ready(Some(frame));
                    }
                    bodies.pop_front();
                }
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream(stream) => lock(stream).is_end_stream(),
            Self::Chain(bodies) => bodies.iter().all(HttpBody::is_end_stream),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(stream) => lock(stream).size_hint(),
            Self::Chain(_) => SizeHint::default(),
        }
    }
}

fn lock<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

struct FromStream<S>(Pin<Box<S>>);

impl<S> HttpBody for FromStream<S>
where
    S: TryStream,
    S::Error: Into<BoxError>,
    Bytes: From<S::Ok>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let chunk = ready!(self.0.as_mut().try_poll_next(context));
        Poll::Ready(chunk.map(|chunk| chunk.map(|chunk| Frame::data(Bytes::from(chunk))).map_err(Into::into)))
    }
}

struct OneError(Option<BoxError>);

impl futures_core::Stream for OneError {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Err))
    }
}
