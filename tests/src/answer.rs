//! The possible answers of a test double: a response, a transport error, no answer, or a decision that the test makes
//! later.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::double::BoxError;

/// The answer to one request. A status code can be converted to an answer: `stage.respond(|_| 204)`.
///
/// Cloning an `Answer` is cheap, but the body of [`Answer::streamed`] can be sent only once.
#[derive(Clone, Debug)]
pub struct Answer(pub(crate) Kind);

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Response(Response),
    Fail(Failure),
    Hang,
    Park,
}

#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Whole(Bytes),
    Chunks(VecDeque<Bytes>, Ending),
    Fed(Arc<Mutex<Option<mpsc::UnboundedReceiver<Chunk>>>>),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    Complete,
    Break,
    Broken,
    Hang,
}

/// A transport error. The first request gets the error that the test created, and later requests get an error with the
/// same message.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    text: String,
    original: Arc<Mutex<Option<BoxError>>>,
}

impl Failure {
    pub(crate) fn into_error(self) -> BoxError {
        let original = self.original.lock().unwrap_or_else(PoisonError::into_inner).take();
        original.unwrap_or_else(|| self.text.into())
    }
}

pub(crate) type Chunk = io::Result<Bytes>;

impl Answer {
    /// Creates a response with the given status and no body.
    ///
    /// # Panics
    ///
    /// Panics if the status is not valid.
    #[must_use]
    pub fn new(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status between 100 and 999");
        Self(Kind::Response(Response {
            status,
            headers: HeaderMap::new(),
            content: Content::Whole(Bytes::new()),
        }))
    }

    /// Replaces the status of the response.
    ///
    /// # Panics
    ///
    /// Panics if the status is invalid, or if the answer is not a response.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.response().status = StatusCode::from_u16(status).expect("a status between 100 and 999");
        self
    }

    /// Creates a response with a JSON body.
    ///
    /// # Panics
    ///
    /// Panics if the value cannot be represented as JSON.
    #[must_use]
    pub fn json(status: u16, value: impl Serialize) -> Self {
        let body = serde_json::to_vec(&value).expect("a value that JSON can express");
        Self::new(status).header("content-type", "application/json").body(body)
    }

    /// Creates a response with a text body.
    #[must_use]
    pub fn text(status: u16, text: &str) -> Self {
        Self::new(status).header("content-type", "text/plain; charset=utf-8").body(text.to_owned())
    }

    /// Creates an HTML response, such as the error page of a gateway.
    #[must_use]
    pub fn html(status: u16, page: &str) -> Self {
        Self::new(status).header("content-type", "text/html; charset=utf-8").body(page.to_owned())
    }

    /// Creates a `302` response with the given `Location`.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::new(302).header("location", location)
    }

    /// Creates a response whose body the test sends chunk by chunk.
    #[must_use]
    pub fn streamed(status: u16) -> (Self, BodySender) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let fed = Content::Fed(Arc::new(Mutex::new(Some(receiver))));
        (Self::new(status).content(fed), BodySender(sender))
    }

    /// Creates an answer that is a transport error instead of a response. Over the in-memory transport, the caller gets
    /// `error` itself. Over a socket, the connection is closed without a response.
    #[must_use]
    pub fn fail(error: impl Into<BoxError>) -> Self {
        let error = error.into();
        let text = error.to_string();
        Self(Kind::Fail(Failure { text, original: Arc::new(Mutex::new(Some(error))) }))
    }

    /// Creates an answer that resets the connection instead of sending a response.
    #[must_use]
    pub fn reset() -> Self {
        Self::fail(io::Error::new(io::ErrorKind::ConnectionReset, "connection reset by the test"))
    }

    /// Creates an answer that never arrives.
    #[must_use]
    pub fn hang() -> Self {
        Self(Kind::Hang)
    }

    /// Holds the request until the test answers it, as if no automatic answer were set.
    #[must_use]
    pub fn park() -> Self {
        Self(Kind::Park)
    }

    /// Adds a header without replacing existing headers of the same name.
    ///
    /// # Panics
    ///
    /// Panics if the name or the value is invalid, or if the answer is not a response.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a valid header name");
        let value: HeaderValue = value.parse().expect("a valid header value");
        self.response().headers.append(name, value);
        self
    }

    /// Sets the body and leaves the headers unchanged.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.content(Content::Whole(body.into()))
    }

    /// Sets a body that consists of `chunks` and has no known length.
    #[must_use]
    pub fn chunks<B: Into<Bytes>>(self, chunks: impl IntoIterator<Item = B>) -> Self {
        self.content(Content::Chunks(chunks.into_iter().map(Into::into).collect(), Ending::Complete))
    }

    /// Breaks the connection after the last byte of the body.
    #[must_use]
    pub fn then_break(self) -> Self {
        self.ending(Ending::Break)
    }

    /// Keeps the connection open after the body, without sending anything more.
    #[must_use]
    pub fn then_hang(self) -> Self {
        self.ending(Ending::Hang)
    }

    fn ending(mut self, ending: Ending) -> Self {
        let content = &mut self.response().content;
        *content = match std::mem::replace(content, Content::Whole(Bytes::new())) {
            Content::Whole(bytes) => Content::Chunks(VecDeque::from([bytes]), ending),
            Content::Chunks(chunks, _) => Content::Chunks(chunks, ending),
            Content::Fed(_) => panic!("the sender of a streamed answer determines how the body ends"),
        };
        self
    }

    fn content(mut self, content: Content) -> Self {
        self.response().content = content;
        self
    }

    fn response(&mut self) -> &mut Response {
        match &mut self.0 {
            Kind::Response(response) => response,
            Kind::Fail(_) | Kind::Hang | Kind::Park => {
                panic!("only a response has headers and a body")
            }
        }
    }
}

impl From<u16> for Answer {
    fn from(status: u16) -> Self {
        Self::new(status)
    }
}

impl<T: Serialize> From<(u16, T)> for Answer {
    fn from((status, value): (u16, T)) -> Self {
        Self::json(status, value)
    }
}

impl<B: Into<Bytes>> From<http::Response<B>> for Answer {
    fn from(response: http::Response<B>) -> Self {
        let (parts, body) = response.into_parts();
        let content = Content::Whole(body.into());
        Self(Kind::Response(Response { status: parts.status, headers: parts.headers, content }))
    }
}

/// The sending half of a response body. Dropping the sender ends the body.
#[derive(Clone, Debug)]
pub struct BodySender(mpsc::UnboundedSender<Chunk>);

impl BodySender {
    /// Sends a chunk. Returns `false` if the receiver has dropped the body.
    pub fn send(&self, chunk: impl Into<Bytes>) -> bool {
        self.0.send(Ok(chunk.into())).is_ok()
    }

    /// Breaks the connection before the end of the body.
    pub fn fail(self, error: io::Error) {
        let _ = self.0.send(Err(error));
    }

    /// Waits until the receiver has dropped the body.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}
