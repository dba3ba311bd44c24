//! Converts an answer to a response. When the response body is read to the end or dropped, the body adds an event to
//! the log.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::sync::mpsc;

use crate::answer::{Answer, Chunk, Content, Ending, Kind};
use crate::double::Outcome;
use crate::request_log::RequestLog;
use crate::seen::{RequestState, Seen};

/// A request that has not been answered yet. If an `OpenRequest` is dropped before it is answered, the request is
/// logged as abandoned.
pub(crate) struct OpenRequest {
    seen: Seen,
    log: RequestLog,
    answered: bool,
}

impl OpenRequest {
    pub(crate) fn new(log: &RequestLog, request: http::Request<Bytes>) -> Self {
        Self { seen: log.arrived(request), log: log.clone(), answered: false }
    }

    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Returns the response. If the answer never arrives, the returned future never completes.
    pub(crate) async fn answer(mut self, answer: Answer) -> Outcome {
        match answer.0 {
            Kind::Response(response) => {
                self.set_state(RequestState::Answered(response.status.as_u16()));
                let body = ResponseBody::new(response.content, self.seen.clone(), self.log.clone());
                let mut reply = http::Response::new(body);
                *reply.status_mut() = response.status;
                *reply.headers_mut() = response.headers;
                Ok(reply)
            }
            Kind::Fail(failure) => {
                self.set_state(RequestState::Failed);
                Err(failure.into_error())
            }
            Kind::Hang | Kind::Park => pending().await,
        }
    }

    fn set_state(&mut self, state: RequestState) {
        self.answered = true;
        self.log.set_state(&self.seen, state);
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        if !self.answered {
            self.log.set_state(&self.seen, RequestState::Abandoned);
        }
    }
}

/// A response body.
#[derive(Debug)]
pub struct ResponseBody {
    source: Source,
    watch: Watch,
}

#[derive(Debug)]
enum Source {
    Chunks(VecDeque<Bytes>, Ending, SizeHint),
    BodySender(mpsc::UnboundedReceiver<Chunk>),
}

impl ResponseBody {
    fn new(content: Content, seen: Seen, log: RequestLog) -> Self {
        let source = match content {
            Content::Whole(bytes) => {
                let size = SizeHint::with_exact(bytes.len() as u64);
                let chunks = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([bytes]) };
                Source::Chunks(chunks, Ending::Complete, size)
            }
            Content::Chunks(chunks, ending) => Source::Chunks(chunks, ending, SizeHint::default()),
            Content::Fed(receiver) => match receiver.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(receiver) => Source::BodySender(receiver),
                None => Source::Chunks(VecDeque::new(), Ending::Break, SizeHint::default()),
            },
        };
        Self { source, watch: Watch { seen, log, over: false } }
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let chunk = match &mut this.source {
            Source::Chunks(chunks, ending, _) => match (chunks.pop_front(), *ending) {
                (Some(chunk), _) => Some(Ok(chunk)),
                (None, Ending::Complete) => None,
                (None, Ending::Break) => {
                    // Gives a socket time to flush the earlier chunks.
                    *ending = Ending::Broken;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                (None, Ending::Broken) => Some(Err(io::ErrorKind::ConnectionReset.into())),
                (None, Ending::Hang) => return Poll::Pending,
            },
            Source::BodySender(receiver) => match receiver.poll_recv(cx) {
                Poll::Ready(chunk) => chunk,
                Poll::Pending => return Poll::Pending,
            },
        };
        if chunk.is_none() || this.is_end_stream() {
            this.watch.read();
        }
        Poll::Ready(chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.source, Source::Chunks(chunks, Ending::Complete, _) if chunks.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            // A body of known length is a single chunk, so no bytes remain once `chunks` is empty.
            Source::Chunks(chunks, _, size) if size.exact().is_some() && chunks.is_empty() => {
                SizeHint::with_exact(0)
            }
            Source::Chunks(_, _, size) => *size,
            Source::BodySender(_) => SizeHint::default(),
        }
    }
}

#[derive(Debug)]
struct Watch {
    seen: Seen,
    log: RequestLog,
    over: bool,
}

impl Watch {
    fn read(&mut self) {
        self.end(RequestState::BodyRead);
    }

    fn end(&mut self, state: fn(u16) -> RequestState) {
        if let (false, Some(status)) = (self.over, self.seen.state().status()) {
            self.over = true;
            self.log.set_state(&self.seen, state(status));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end(RequestState::BodyDropped);
    }
}
