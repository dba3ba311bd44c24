//! [`HyperResponse`] is a response from `HyperTransport`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, Version};
use http_body::{Body as _, Frame, SizeHint};
use hyper::body::Incoming;
use reqwest::ResponseBuilderExt;
use tokio::time::{Sleep, sleep};

use crate::error::BoxError;
use crate::error::causes::timed_out;

/// The head and body of a response, and the URI that is needed to convert them into a reqwest response.
pub(crate) struct HyperResponse {
    head: http::response::Parts,
    body: HyperBody,
    uri: Uri,
}

/// A body that must be read before the deadline of its request.
pub(crate) struct HyperBody {
    incoming: Incoming,
    deadline: BodyDeadline,
}

/// The deadline of a request that has its own timeout.
#[derive(Default)]
pub(crate) struct BodyDeadline(Option<Pin<Box<Sleep>>>);

impl HyperResponse {
    pub(crate) fn new(response: http::Response<Incoming>, uri: Uri, deadline: BodyDeadline) -> Self {
        let (head, incoming) = response.into_parts();
        Self { head, body: HyperBody { incoming, deadline }, uri }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.head.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.head.headers
    }

    pub(crate) fn version(&self) -> Version {
        self.head.version
    }

    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        self.body.poll_chunk(context)
    }

    pub(crate) fn content_length(&self) -> Option<u64> {
        self.body.incoming.size_hint().exact()
    }

    pub(crate) fn into_reqwest(self) -> reqwest::Response {
        let Self { mut head, body, uri } = self;
        // When reqwest converts a response, it reads the URL from an extension that `builder.url` adds.
        let url = uri.to_string().parse().ok();
        let mut builder = http::Response::builder();
        if let Some(url) = url {
            builder = builder.url(url);
        }
        if let Some(extensions) = builder.extensions_mut() {
            head.extensions.extend(std::mem::take(extensions));
        }
        http::Response::from_parts(head, reqwest::Body::wrap(body)).into()
    }
}

impl HyperBody {
    /// Trailers are skipped.
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            match Pin::new(&mut *self).poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
            }
        }
    }
}

impl http_body::Body for HyperBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.deadline.is_over(context) {
            return Poll::Ready(Some(Err(timed_out())));
        }
        Pin::new(&mut self.incoming).poll_frame(context).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl BodyDeadline {
    pub(crate) fn of(timeout: Option<Duration>) -> Self {
        Self(timeout.map(|timeout| Box::pin(sleep(timeout))))
    }

    pub(crate) fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.0.as_mut().is_some_and(|sleep| sleep.as_mut().poll(context).is_ready())
    }
}
