//! Reads server-sent events: [`Events`], [`Event`].

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
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
    /// The ID that the server sent with this event. If the event has no ID, this field contains the ID that the server
    /// sent most recently.
    pub id: Option<String>,
    /// The event type. `None` means that the server did not send an event type. Browsers treat an event without a type
    /// as a `message` event.
    pub event: Option<String>,
    /// The data, which is read as text for a `String` and as JSON for any other type.
    pub data: T,
}

impl<T> Event<T> {
    /// Creates an event with the given data and without an ID or a type.
    #[must_use]
    pub fn new(data: T) -> Self {
        Self { id: None, event: None, data }
    }
}

/// A stream of server-sent events from a successful response (HTML standard §9.2).
///
/// The stream ends when the connection ends, and does not reconnect. The caller decides whether and when to repeat the
/// call that returned the stream.
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
///
/// If `T` is read as JSON, an event with the data `[DONE]` ends the stream, because language model APIs end their
/// streams with this event. `Events<String>` returns a `[DONE]` event like any other event.
///
/// If the content type of a response is not `text/event-stream`, the call returns an error for which
/// [`is_decode`](Error::is_decode) returns `true`. The error contains the beginning of the body ([`Error::body`]). A
/// response without a `content-type` header is read as an event stream. An empty body has no events.
pub struct Events<T> {
    body: Option<ByteStream>,
    parser: EventParser,
    /// The events that a hand-written implementation of the API trait returns.
    given: VecDeque<Result<Event<T>, Error>>,
}

/// Fields are never pinned.
impl<T> Unpin for Events<T> {}

/// The data of the event that ends a stream of JSON events.
const DONE: &str = "[DONE]";

impl<T: DeserializeOwned> Events<T> {
    /// Returns the next event, or `None` after the end of the stream or after a connection failure.
    ///
    /// If the data of an event cannot be read as `T`, `next` returns an error, and the stream continues with the next
    /// event. This method is cancel safe.
    pub async fn next(&mut self) -> Option<Result<Event<T>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Sets the maximum length, in bytes, of a line and of an event's data. If a line or an event's data exceeds the
    /// maximum length, the stream returns an error and then ends. Default: 16 MiB.
    #[must_use]
    pub fn max_length(self, bytes: usize) -> Self {
        Self { parser: self.parser.with_limit(bytes), ..self }
    }

    /// Returns the reconnection time that the server sent most recently.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry()
    }
}

impl<T> Events<T> {
    /// Creates a stream of events from their data, for a hand-written implementation of an API trait.
    pub fn from_items(items: impl IntoIterator<Item = T>) -> Self {
        Self::from_events(items.into_iter().map(Event::new))
    }

    /// Creates a stream of events and errors for a hand-written implementation of an API trait.
    pub fn from_results(items: impl IntoIterator<Item = Result<T, Error>>) -> Self {
        Self::given(items.into_iter().map(|item| item.map(Event::new)))
    }

    /// Creates a stream of complete events for a hand-written implementation of an API trait.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// let mut event = afresh::Event::new("data".to_owned());
    /// event.id = Some("7".to_owned());
    /// let mut events = afresh::Events::from_events([event]);
    /// assert_eq!(events.next().await.transpose()?.unwrap().data, "data");
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_events(events: impl IntoIterator<Item = Event<T>>) -> Self {
        Self::given(events.into_iter().map(Ok))
    }

    fn given(events: impl Iterator<Item = Result<Event<T>, Error>>) -> Self {
        Self { body: None, parser: EventParser::default(), given: events.collect() }
    }

    fn end(&mut self) {
        self.body = None;
        self.parser = EventParser::default();
    }
}

impl<T: DeserializeOwned> Stream for Events<T> {
    type Item = Result<Event<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(given) = this.given.pop_front() {
                return Poll::Ready(Some(given));
            }
            let Some(body) = &mut this.body else { return Poll::Ready(None) };
            let failure = match this.parser.next() {
                Some(Ok(raw)) => {
                    let is_done = raw.data == DONE;
                    let value = value_of(raw.data.into());
                    if is_done && value.is_err() {
                        this.end();
                        return Poll::Ready(None);
                    }
                    let event = |data| Event { id: raw.id, event: raw.event, data };
                    return Poll::Ready(Some(value.map(event)));
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
    const READING: Reading = Reading::HeadOfEvents;

    fn from_response(answer: Answer) -> Result<Self, Error> {
        let body = Some(ByteStream::of(answer.fitting(Self::READING, "`text/event-stream`")?));
        Ok(Self { body, parser: EventParser::default(), given: VecDeque::new() })
    }
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
