//! [`ByteStream`] reads a body as it arrives.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use crate::error::Error;
use crate::platform::messages::BodyError;
use crate::response::answer::{Answer, Content};
use crate::response::decode::FromResponse;
use crate::response::reading::Reading;

/// The body of a successful response as a stream of chunks.
///
/// ```
/// # async fn example(mut photo: afresh::ByteStream) -> afresh::Result<()> {
/// let mut size = 0;
/// while let Some(chunk) = photo.next().await {
///     size += chunk?.len();
/// }
/// # Ok(())
/// # }
/// ```
pub struct ByteStream(Source);

enum Source {
    Server(Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>),
    Given(Bytes),
    End,
}

impl ByteStream {
    /// Returns the body of a response, regardless of its status.
    pub(crate) fn of(answer: Answer) -> Self {
        Self(match answer.into_content() {
            Content::Whole(body) => Source::Given(body),
            Content::Live(response) => Source::Server(Box::pin(response.bytes_stream())),
        })
    }

    /// Creates a stream for a hand-written implementation of an API trait. The stream returns the
    /// bytes as one chunk.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// let mut photo = afresh::ByteStream::from_bytes("PNG");
    /// assert_eq!(photo.next().await.transpose()?.as_deref(), Some(&b"PNG"[..]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Source::Given(bytes.into()))
    }

    /// Returns the next chunk, or `None` after the end of the body or after an error.
    ///
    /// This method is cancel safe.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = match &mut self.0 {
            Source::Server(stream) => {
                let next = ready!(stream.as_mut().poll_next(context));
                next.map(|chunk| chunk.map_err(|error| Error::transport(error.into())))
            }
            Source::Given(bytes) if !bytes.is_empty() => return Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            Source::Given(_) | Source::End => None,
        };
        if !matches!(next, Some(Ok(_))) {
            self.0 = Source::End;
        }
        Poll::Ready(next)
    }
}

impl FromResponse for ByteStream {
    const READING: Reading = Reading::HeadOfSuccess;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        Ok(Self::of(answer.success()?))
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}
