//! Reads a response body to its end or up to a limit.

use std::future::Future;

use bytes::Bytes;
use http::Version;

use crate::error::Error;
use crate::transport::response::Response;

/// The maximum number of bytes that are allocated before any bytes arrive, even if the response headers announce a
/// longer body.
const TRUSTED: usize = 256 * 1024;

/// A body that was read up to a limit.
pub(crate) struct Limited {
    pub(crate) bytes: Bytes,
    /// Whether the body is longer than the limit. If `is_cut` is true, `bytes` contains only the beginning of the body.
    pub(crate) is_cut: bool,
}

impl Limited {
    fn new(mut bytes: Bytes, limit: usize) -> Self {
        let is_cut = bytes.len() > limit;
        bytes.truncate(limit);
        Self { bytes, is_cut }
    }
}

/// Reads the whole body, or its first `limit` bytes. A single chunk is returned without a copy. Several chunks are
/// joined as they arrive, so that memory never contains two copies of a long body.
///
/// This function is not cancel safe: dropping the future loses the bytes that were read.
#[expect(clippy::manual_async_fn, reason = "an async fn stores two copies of its arguments")]
pub(crate) fn read(
    response: &mut Response,
    limit: usize,
) -> impl Future<Output = Result<Limited, Error>> + Send + '_ {
    async move {
        let end = End::of(response);
        let Some(first) = response.chunk().await? else { return Ok(Limited::new(Bytes::new(), limit)) };
        if end.is_of(&first) || first.len() > limit {
            return Ok(Limited::new(first, limit));
        }
        let Some(second) = response.chunk().await? else { return Ok(Limited::new(first, limit)) };
        let mut joined = Joined { bytes: Vec::new(), length: end.length.map(|length| length.min(limit)) };
        joined.add(&first);
        drop(first);
        joined.add(&second);
        drop(second);
        while joined.bytes.len() <= limit {
            let Some(chunk) = response.chunk().await? else { break };
            joined.add(&chunk);
        }
        Ok(Limited::new(joined.bytes.into(), limit))
    }
}

/// Describes how the end of the body is marked, according to the response headers.
#[derive(Clone, Copy)]
struct End {
    length: Option<usize>,
    /// Whether a separate frame marks the end of the body, as in HTTP/2 and later. A client that does not read the
    /// final frame resets the stream.
    is_frame: bool,
}

impl End {
    /// Determines from the response headers how the end of the body is marked. This function must be called before the
    /// body is read.
    fn of(response: &Response) -> Self {
        let length = response.content_length().and_then(|length| usize::try_from(length).ok());
        Self { length, is_frame: response.version() > Version::HTTP_11 }
    }

    /// Returns whether the first chunk is the whole body, according to the announced length.
    fn is_of(self, first: &Bytes) -> bool {
        self.length == Some(first.len()) && !self.is_frame
    }
}

struct Joined {
    bytes: Vec<u8>,
    /// The length of the body in bytes, as announced by the response headers.
    length: Option<usize>,
}

impl Joined {
    /// Appends a chunk. The buffer's capacity doubles each time the buffer is full, up to the announced length.
    fn add(&mut self, chunk: &[u8]) {
        let (used, capacity) = (self.bytes.len(), self.bytes.capacity());
        let needed = used.saturating_add(chunk.len());
        if needed > capacity {
            let wanted = needed.saturating_mul(2).max(TRUSTED);
            let enough = self.length.map_or(wanted, |length| wanted.min(length)).max(needed);
            self.bytes.reserve_exact(enough - used);
        }
        self.bytes.extend_from_slice(chunk);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use futures_util::{FutureExt, stream};
    use http_body::{Frame, SizeHint};
    use reqwest::Body;

    use super::*;

    const NO_LIMIT: usize = usize::MAX;

    fn response(chunks: Vec<Bytes>) -> Response {
        let chunks = chunks.into_iter().map(Ok::<_, std::io::Error>);
        reqwest::Response::from(http::Response::new(Body::wrap_stream(stream::iter(chunks)))).into()
    }

    #[tokio::test]
    async fn a_single_chunk_is_not_copied() {
        let chunk = Bytes::from(vec![7; 1000]);
        let body = read(&mut response(vec![chunk.clone()]), NO_LIMIT).await.unwrap().bytes;
        assert_eq!(
            (body.as_ptr(), body.len()),
            (chunk.as_ptr(), chunk.len()),
            "address and length of the body"
        );
        assert!(read(&mut response(vec![]), NO_LIMIT).await.unwrap().bytes.is_empty());
    }

    struct Endless(Option<Bytes>);

    impl http_body::Body for Endless {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.take().map_or(Poll::Pending, |bytes| Poll::Ready(Some(Ok(Frame::data(bytes)))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
        }
    }

    #[test]
    fn reading_waits_for_the_end_only_if_it_is_a_frame_of_its_own() {
        for (version, waits) in
            [(Version::HTTP_10, false), (Version::HTTP_11, false), (Version::HTTP_2, true)]
        {
            let mut response = http::Response::new(Body::wrap(Endless(Some(Bytes::from_static(b"all")))));
            *response.version_mut() = version;
            let read = read(&mut reqwest::Response::from(response).into(), NO_LIMIT).now_or_never();
            assert_eq!(read.is_none(), waits, "{version:?}");
        }
    }

    #[tokio::test]
    async fn chunks_are_joined_in_order() {
        let chunks: Vec<Bytes> = (0..100).map(|n| Bytes::from(vec![n; 10_000])).collect();
        assert_eq!(read(&mut response(chunks.clone()), NO_LIMIT).await.unwrap().bytes, chunks.concat());
    }

    /// When the limit is reached, the reader must not request another chunk.
    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        for (sizes, limit, is_cut) in [
            (vec![10], 10, false),
            (vec![11], 10, true),
            (vec![4, 6], 10, false),
            (vec![4, 7], 10, true),
            (vec![4, 6, 1], 10, true),
            (vec![0, 0], 0, false),
            (vec![1], 0, true),
        ] {
            let total: usize = sizes.iter().sum();
            let chunks = sizes.iter().map(|size| Bytes::from(vec![7; *size])).collect();
            let read = read(&mut response(chunks), limit).await.unwrap();
            assert_eq!(
                (read.bytes.len(), read.is_cut),
                (total.min(limit), is_cut),
                "length, and whether the body is cut: {sizes:?}"
            );
        }
        let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counter = asked.clone();
        let endless = stream::repeat_with(move || {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(vec![7; 1000]))
        });
        let endless = http::Response::new(Body::wrap_stream(endless));
        let read = read(&mut reqwest::Response::from(endless).into(), 10_000).await.unwrap();
        assert_eq!((read.bytes.len(), read.is_cut), (10_000, true), "the body is cut at the limit");
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 11);
    }

    #[test]
    fn the_capacity_follows_the_bytes_that_arrived_and_stops_at_the_announced_length() {
        let mut exact = Joined { bytes: Vec::new(), length: Some(20_000_000) };
        let mut most = 0;
        for _ in 0..2000 {
            exact.add(&[7; 10_000]);
            most = most.max(exact.bytes.capacity() - exact.bytes.len());
        }
        assert_eq!(
            (exact.bytes.len(), exact.bytes.capacity()),
            (20_000_000, 20_000_000),
            "the buffer is exactly as long as the body"
        );
        assert!(most <= 10_000_000);

        let mut too_long = Joined { bytes: Vec::new(), length: Some(usize::MAX) };
        too_long.add(&[7; 100]);
        assert_eq!(too_long.bytes.capacity(), TRUSTED);
        let mut too_short = Joined { bytes: Vec::new(), length: Some(10) };
        too_short.add(&[7; 100]);
        assert_eq!(too_short.bytes.capacity(), 100);
    }
}
