//! [`forbid_repeat`] replaces a request body with a body that can be sent only once.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use reqwest::Request;

/// A body that can be sent only once is never sent to another origin, even if the HTTP client follows redirects itself.
pub(super) fn forbid_repeat(request: &mut Request) {
    let bytes = request.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice);
    if let Some(bytes) = bytes {
        *request.body_mut() = Some(reqwest::Body::wrap(OnlyOnce(Some(bytes))));
    }
}

/// Bytes of known length that cannot be cloned.
struct OnlyOnce(Option<Bytes>);

impl http_body::Body for OnlyOnce {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
