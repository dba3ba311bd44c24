//! Reads a body as it arrives: [`ByteStream`].

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::error::Error;
use crate::response::answer::Answer;
use crate::response::decode::FromResponse;
use crate::response::reading::Reading;

/// The body of a successful answer, as a stream of chunks.
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
pub struct ByteStream(Option<Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>>);

impl ByteStream {
    /// Returns the next chunk, or `None` at the end and after an error.
    ///
    /// This method is cancel safe.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.0 else { return Poll::Ready(None) };
        let next = match stream.as_mut().poll_next(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(next) => next,
        };
        if !matches!(next, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(next.map(|chunk| chunk.map_err(|error| Error::transport(error.into()))))
    }
}

impl FromResponse for ByteStream {
    const READING: Reading = Reading::HeadOfSuccess;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        Ok(Self(Some(Box::pin(answer.success()?.into_response().bytes_stream()))))
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}
