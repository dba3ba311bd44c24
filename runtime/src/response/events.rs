//! Reads server-sent events: [`Events`], [`Event`].

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::byte_stream::ByteStream;
use super::event_parser::{EventParser, TooLong};
use super::item::{too_long, value_of};
use crate::error::Error;
use crate::response::answer::Answer;
use crate::response::decode::FromResponse;
use crate::response::reading::Reading;

/// One server-sent event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<T> {
    /// The last id that the server sent, with this event or an earlier one.
    pub id: Option<String>,
    /// The event type. `None` is the type that browsers call `message`.
    pub event: Option<String>,
    /// The data: text for a `String`, JSON for every other type.
    pub data: T,
}

/// The server-sent events of a successful answer, as a stream (HTML standard §9.2).
///
/// The stream ends when the connection ends. It does not reconnect; the caller decides whether and when to call again.
///
/// ```
/// # #[derive(serde::Deserialize)] struct Tick;
/// # async fn example(mut ticks: afresh::Events<Tick>) -> afresh::Result<()> {
/// while let Some(event) = ticks.next().await {
///     let event = event?;
///     let tick: Tick = event.data;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Events<T> {
    body: Option<ByteStream>,
    parser: EventParser,
    values: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Events<T> {
    /// Returns the next event, or `None` at the end and after the connection failed.
    ///
    /// If the data of an event cannot be read as `T`, that item is an error, and the stream continues with the next
    /// event. This method is cancel safe.
    pub async fn next(&mut self) -> Option<Result<Event<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Sets how many bytes the data of an event, and a line, may have. After a longer one the stream returns an error and
    /// ends. Default: 16 MiB.
    #[must_use]
    pub fn max_length(self, bytes: usize) -> Self {
        Self { parser: self.parser.with_limit(bytes), ..self }
    }

    /// Returns the last reconnection time that the server sent.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry()
    }
}

impl<T: DeserializeOwned> Stream for Events<T> {
    type Item = Result<Event<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            let failure = match this.parser.next() {
                Some(Ok(raw)) => {
                    let event = |data| Event { id: raw.id, event: raw.event, data };
                    return Poll::Ready(Some(value_of(raw.data.into()).map(event)));
                }
                Some(Err(TooLong)) => Some(Err(too_long(this.parser.limit()))),
                None => match ready!(Pin::new(body).poll_next(context)) {
                    Some(Ok(chunk)) => {
                        this.parser.push(&chunk);
                        continue;
                    }
                    Some(Err(error)) => Some(Err(error)),
                    None => None,
                },
            };
            this.body = None;
            return Poll::Ready(failure);
        }
    }
}

impl<T: DeserializeOwned> FromResponse for Events<T> {
    const READING: Reading = Reading::HeadOfSuccess;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        let body = Some(ByteStream::from_response(answer)?);
        Ok(Self { body, parser: EventParser::default(), values: PhantomData })
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
