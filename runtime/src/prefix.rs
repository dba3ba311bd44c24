//! Looks at the beginning of a body and puts it back: who reads the answer afterwards gets all of it, as it
//! arrives, and nothing beyond the beginning has been kept or copied.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use reqwest::{Body, Response, ResponseBuilderExt};
use tokio::runtime::Handle;

/// Longest prefix that rules see.
const LIMIT: usize = 16 * 1024;
/// Longest wait for it: a body that is slow, or never ends, must not hold up its reader.
const WAIT: Duration = Duration::from_secs(1);

/// The same answer, and at most the first 16 KiB of its body.
///
/// Not cancel safe: the answer is lost when the future is dropped.
pub(crate) async fn look_at(response: Response) -> (Response, Bytes) {
    let url = response.url().clone();
    let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
    let mut looked = Looked { frames: VecDeque::new(), rest: Some(body) };
    if Handle::try_current().is_ok() {
        let _ = tokio::time::timeout(WAIT, looked.fill()).await;
    } else {
        looked.fill().await;
    }
    let prefix = looked.prefix();
    // reqwest keeps the URL beside the response, and takes it from there when it gets one back.
    let mut builder = http::Response::builder().url(url);
    if let Some(extensions) = builder.extensions_mut() {
        parts.extensions.extend(std::mem::take(extensions));
    }
    (http::Response::from_parts(parts, Body::wrap(looked)).into(), prefix)
}

/// A body of which the first frames have been read.
struct Looked {
    frames: VecDeque<Result<Frame<Bytes>, reqwest::Error>>,
    rest: Option<Body>,
}

impl Looked {
    /// Cancel safe: what has been read is in `frames`.
    async fn fill(&mut self) {
        let mut length = 0;
        while length < LIMIT {
            let Some(rest) = &mut self.rest else { return };
            match poll_fn(|cx| Pin::new(&mut *rest).poll_frame(cx)).await {
                Some(frame) => {
                    let failed = frame.is_err();
                    length += frame.as_ref().ok().and_then(Frame::data_ref).map_or(0, Bytes::len);
                    self.frames.push_back(frame);
                    if failed {
                        return;
                    }
                }
                None => self.rest = None,
            }
        }
    }

    fn prefix(&self) -> Bytes {
        let mut chunks = self.chunks();
        let first = chunks.next().cloned().unwrap_or_default();
        let limit = |chunk: &Bytes, room: usize| chunk.slice(..chunk.len().min(room));
        if first.len() >= LIMIT || self.chunks().nth(1).is_none() {
            return limit(&first, LIMIT);
        }
        let mut joined = BytesMut::from(&*first);
        for chunk in chunks {
            joined.extend_from_slice(&limit(chunk, LIMIT.saturating_sub(joined.len())));
        }
        joined.freeze()
    }

    fn chunks(&self) -> impl Iterator<Item = &Bytes> {
        self.frames.iter().filter_map(|frame| frame.as_ref().ok()?.data_ref())
    }
}

impl http_body::Body for Looked {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        if let Some(frame) = self.frames.pop_front() {
            return Poll::Ready(Some(frame));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.rest.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let read = self.chunks().map(|chunk| chunk.len() as u64).fold(0, u64::saturating_add);
        let rest = self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), http_body::Body::size_hint);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(read));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint
    }
}
