//! [`exact`] gives a body an exact length.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::error::BoxError;
use crate::platform::messages::Body;

/// Controls how a body handles bytes beyond its declared length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// Bytes beyond the declared length are not sent, because they mean that the file has grown since it was opened.
    Cut,
    /// Bytes beyond the declared length are an error, because they mean that the caller set the wrong length.
    Refused,
}

/// Returns a body with the content of `body` and a declared length of `length` bytes.
pub(crate) fn exact(body: Body, length: u64, excess: Excess) -> Body {
    Body::wrap(Exact { body, left: length, excess })
}

struct Exact {
    body: Body,
    left: u64,
    excess: Excess,
}

impl Exact {
    /// Counts the bytes in a chunk, and returns the part of the chunk that may be sent.
    fn take(&mut self, chunk: Bytes) -> Result<Bytes, BoxError> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        if chunk.len() <= left {
            self.left -= chunk.len() as u64;
            return Ok(chunk);
        }
        if self.excess == Excess::Refused {
            return Err("the body is longer than its declared length".into());
        }
        self.left = 0;
        Ok(chunk.slice(..left))
    }
}

impl HttpBody for Exact {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if this.left == 0 && this.excess == Excess::Cut {
            return Poll::Ready(None);
        }
        Poll::Ready(match std::task::ready!(Pin::new(&mut this.body).poll_frame(context)) {
            None if this.left > 0 => Some(Err("the body is shorter than its declared length".into())),
            None => None,
            Some(Err(error)) => Some(Err(error.into())),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => Some(this.take(chunk).map(Frame::data)),
                Err(other) => Some(Ok(other)),
            },
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && (self.excess == Excess::Cut || self.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures_util::stream;

    use super::*;

    async fn read(chunks: &[&'static str], length: u64, excess: Excess) -> Result<String, String> {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk)).collect();
        let mut body = exact(Body::wrap_stream(stream::iter(chunks)), length, excess);
        assert_eq!(body.size_hint().exact(), Some(length));
        let mut text = String::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            let frame = frame.map_err(|error| format!("{error:?}"))?;
            text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
        Ok(text)
    }

    #[tokio::test]
    async fn exactly_the_length_is_sent() {
        for excess in [Excess::Cut, Excess::Refused] {
            assert_eq!(read(&["ab", "c"], 3, excess).await.unwrap(), "abc");
            assert_eq!(read(&[], 0, excess).await.unwrap(), "");
            assert!(read(&["ab"], 3, excess).await.unwrap_err().contains("shorter"));
        }
        assert_eq!(read(&["ab", "cd", "ef"], 3, Excess::Cut).await.unwrap(), "abc");
        for chunks in [&["ab", "cd"][..], &["abc", "d"]] {
            assert!(read(chunks, 3, Excess::Refused).await.unwrap_err().contains("longer"));
        }
    }
}
