//! [`Lines`] reads one JSON value per line (NDJSON).

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::byte_stream::ByteStream;
use super::item::{MAX_LENGTH, too_long, value_of};
use crate::error::Error;
use crate::format::charset::without_bom;
use crate::response::answer::Answer;
use crate::response::decode::FromResponse;
use crate::response::line_buffer::LineBuffer;
use crate::response::reading::Reading;

/// A stream of values from a successful response that contains one JSON value per line.
///
/// Empty lines and a byte order mark are skipped. `Lines<String>` returns the raw lines.
///
/// If the content type of a response is `text/html`, the call returns an error for which
/// [`is_decode`](Error::is_decode) returns `true`. This decode error contains the beginning of the response body
/// ([`Error::body`]). An empty body has no values.
///
/// ```
/// # #[derive(serde::Deserialize)] struct Tick;
/// # async fn example(mut ticks: afresh::Lines<Tick>) -> afresh::Result<()> {
/// while let Some(tick) = ticks.next().await {
///     let tick: Tick = tick?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Lines<T> {
    body: Option<ByteStream>,
    buffer: LineBuffer,
    limit: usize,
    /// Whether the reader has already checked for a byte order mark.
    started: bool,
    /// The values that a hand-written implementation of the API trait returns.
    given: VecDeque<Result<T, Error>>,
}

/// Fields are never pinned.
impl<T> Unpin for Lines<T> {}

impl<T: DeserializeOwned> Lines<T> {
    /// Returns the next value, or `None` after the end of the stream or after a connection failure.
    ///
    /// If a line cannot be read as `T`, `next` returns an error, and the stream continues with the next line. This
    /// method is cancel safe.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Sets the maximum length of a line, in bytes. If a line is longer than `bytes`, the stream returns an error and
    /// then ends. Default: 16 MiB.
    #[must_use]
    pub fn max_length(self, bytes: usize) -> Self {
        Self { limit: bytes, ..self }
    }
}

impl<T> Lines<T> {
    /// Creates a stream of values for a hand-written implementation of an API trait.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// let mut lines = afresh::Lines::from_items([1, 2]);
    /// assert_eq!(lines.next().await.transpose()?, Some(1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_items(items: impl IntoIterator<Item = T>) -> Self {
        Self::from_results(items.into_iter().map(Ok))
    }

    /// Creates a stream of values and errors for a hand-written implementation of an API trait.
    pub fn from_results(items: impl IntoIterator<Item = Result<T, Error>>) -> Self {
        Self { given: items.into_iter().collect(), ..Self::read(None) }
    }

    fn read(body: Option<ByteStream>) -> Self {
        Self {
            body,
            buffer: LineBuffer::default(),
            limit: MAX_LENGTH,
            started: false,
            given: VecDeque::new(),
        }
    }

    /// Returns `error` as the last item of the stream.
    fn end_with(&mut self, error: Error) -> Poll<Option<Result<T, Error>>> {
        self.body = None;
        self.buffer.take_rest();
        Poll::Ready(Some(Err(error)))
    }
}

impl<T: DeserializeOwned> Stream for Lines<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(given) = this.given.pop_front() {
            return Poll::Ready(Some(given));
        }
        loop {
            let line = match (this.buffer.take_line(|byte| byte == b'\n'), &mut this.body) {
                (Some(line), _) if trim_line_end(&line).len() > this.limit => {
                    return this.end_with(too_long(this.limit));
                }
                (Some(line), _) => line.freeze(),
                // The last byte of an incomplete line can be the CR of a line ending.
                (None, Some(_)) if this.buffer.rest().len() > this.limit.saturating_add(1) => {
                    return this.end_with(too_long(this.limit));
                }
                (None, None) if this.buffer.rest().is_empty() => return Poll::Ready(None),
                (None, None) if trim_line_end(this.buffer.rest()).len() > this.limit => {
                    return this.end_with(too_long(this.limit));
                }
                (None, None) => this.buffer.take_rest().freeze(),
                (None, Some(body)) => match ready!(Pin::new(body).poll_next(context)) {
                    Some(Ok(chunk)) => {
                        this.buffer.push(&chunk);
                        continue;
                    }
                    Some(Err(error)) => return this.end_with(error),
                    None => {
                        this.body = None;
                        continue;
                    }
                },
            };
            let is_first = !std::mem::replace(&mut this.started, true);
            let value = if is_first { without_bom(&line) } else { &line };
            let text = line.slice_ref(trim_line_end(value));
            if !text.is_empty() {
                return Poll::Ready(Some(value_of(text)));
            }
        }
    }
}

/// Removes the line end. Whitespace other than the line ending is kept, because it can be part of the text in a
/// `Lines<String>`.
fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.trim_ascii().is_empty() { &[] } else { line }
}

impl<T: DeserializeOwned> FromResponse for Lines<T> {
    const READING: Reading = Reading::HeadOfLines;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        let answer = answer.fitting(Self::READING, "one JSON value per line")?;
        Ok(Self::read(Some(ByteStream::of(answer))))
    }
}

impl<T> fmt::Debug for Lines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}
