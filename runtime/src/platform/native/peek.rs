//! Reads the beginning of a response body and puts the chunks back, so that the caller still receives the entire body.
//! Only the beginning of the body is buffered.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use reqwest::{Body, Response, ResponseBuilderExt};

use super::runtime::Handle;
use super::time::timeout;

/// The maximum length, in bytes, of the body prefix that `expired_when` and `forbidden_when` rules can read.
const LIMIT: usize = 16 * 1024;
/// The maximum time to wait for the body prefix. A slow or endless body must not delay the caller that reads it.
const WAIT: Duration = Duration::from_secs(1);

/// Returns the response together with at most the first 16 KiB of its body.
///
/// This function is not cancel safe: dropping the future loses the response.
pub(crate) async fn look_at(response: Response) -> (Response, Bytes) {
    let url = response.url().clone();
    let (mut parts, body) = http::Response::<Body>::from(response).into_parts();
    let mut looked = Looked { frames: VecDeque::new(), rest: Some(body) };
    if Handle::try_current().is_ok() {
        let _ = timeout(WAIT, looked.fill()).await;
    } else {
        looked.fill().await;
    }
    let prefix = looked.prefix();
    // reqwest stores the URL of a response in an extension, and reads the URL from this extension when an
    // `http::Response` is converted into a reqwest response.
    let mut builder = http::Response::builder().url(url);
    if let Some(extensions) = builder.extensions_mut() {
        parts.extensions.extend(std::mem::take(extensions));
    }
    (http::Response::from_parts(parts, Body::wrap(looked)).into(), prefix)
}

/// A body, and the frames that have already been read from its beginning.
struct Looked {
    frames: VecDeque<Result<Frame<Bytes>, reqwest::Error>>,
    rest: Option<Body>,
}

impl Looked {
    /// This function is cancel safe, because `frames` keeps all frames that have been read.
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
        let limit = |chunk: &Bytes, length: usize| chunk.slice(..chunk.len().min(length));
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

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    type Chunk = Result<Bytes, std::io::Error>;

    fn response(chunks: Vec<Chunk>) -> Response {
        let mut response = http::Response::builder().url("https://shop.test/orders".parse().unwrap());
        response =
            response.status(403).version(http::Version::HTTP_2).header("x-trace", "t1").extension(17_u8);
        response.body(Body::wrap_stream(stream::iter(chunks))).unwrap().into()
    }

    /// A4: reading the beginning of the body does not change the response's status, headers or URL.
    #[tokio::test]
    async fn the_head_of_the_answer_stays_the_same() {
        let (response, prefix) = look_at(response(vec![Ok(Bytes::from("body"))])).await;
        assert_eq!(prefix, "body");
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (403, http::Version::HTTP_2),
            "status and HTTP version"
        );
        assert_eq!(
            (&response.headers()["x-trace"], response.extensions().get()),
            (&"t1".parse().unwrap(), Some(&17_u8)),
            "`x-trace` header and extension"
        );
        assert_eq!(response.url().as_str(), "https://shop.test/orders");
        assert_eq!(response.text().await.unwrap(), "body");
    }

    /// A4: rules can read at most 16 KiB of a body. The caller receives every chunk of the body in order, and no chunk
    /// is copied.
    #[tokio::test]
    async fn the_reader_gets_every_chunk_without_a_copy() {
        let chunks: Vec<Bytes> = (0..40).map(|n| Bytes::from(vec![n; 1000])).collect();
        let sent = chunks.iter().cloned().map(Ok).collect();
        let (mut response, prefix) = look_at(response(sent)).await;
        assert_eq!(
            (prefix.len(), &prefix[..]),
            (LIMIT, &chunks.concat()[..LIMIT]),
            "length and bytes of the prefix"
        );
        for chunk in chunks {
            let got = response.chunk().await.unwrap().unwrap();
            assert_eq!(
                (got.as_ptr(), got.len()),
                (chunk.as_ptr(), chunk.len()),
                "address and length of the chunk"
            );
        }
        assert!(response.chunk().await.unwrap().is_none());

        let whole = Bytes::from(vec![7; 1024 * 1024]);
        let (mut response, prefix) = look_at(self::response(vec![Ok(whole.clone())])).await;
        assert_eq!(
            (prefix.as_ptr(), prefix.len()),
            (whole.as_ptr(), LIMIT),
            "address and length of the prefix"
        );
        assert_eq!(response.chunk().await.unwrap().unwrap().as_ptr(), whole.as_ptr());
    }

    /// A4: if an error occurs while the prefix of a body is being read, the caller receives the bytes that preceded the
    /// error, followed by the error.
    #[tokio::test]
    async fn a_failing_body_fails_for_its_reader() {
        let broken = std::io::Error::other("on purpose");
        let (mut response, prefix) = look_at(response(vec![Ok(Bytes::from("be")), Err(broken)])).await;
        assert_eq!(prefix, "be");
        assert_eq!(response.chunk().await.unwrap().unwrap(), "be");
        assert!(response.chunk().await.is_err());
    }

    /// A4: the runtime waits at most one second for the prefix of a slow body. The caller still receives the entire
    /// body.
    #[tokio::test(start_paused = true)]
    async fn the_prefix_of_a_slow_body_is_awaited_for_one_second() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<Bytes>();
        let late = async move { Ok::<_, std::io::Error>(receiver.await.unwrap()) };
        let body = stream::once(async { Ok(Bytes::from("early,")) });
        let body = Body::wrap_stream(futures_util::StreamExt::chain(body, stream::once(late)));
        let begun = tokio::time::Instant::now();
        let (response, prefix) = look_at(http::Response::new(body).into()).await;
        assert_eq!(
            (begun.elapsed(), &*prefix),
            (WAIT, &b"early,"[..]),
            "time until the prefix, and the prefix"
        );
        sender.send(Bytes::from("late")).unwrap();
        assert_eq!(response.text().await.unwrap(), "early,late");
    }
}
