//! From an answer to a response, and the body that tells the journal when it was read or dropped.

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
use crate::journal::Journal;
use crate::seen::{Fate, Seen};

/// One request while it is at a double. Dropped before it is answered, it is abandoned.
pub(crate) struct Visit {
    seen: Seen,
    journal: Journal,
    answered: bool,
}

impl Visit {
    pub(crate) fn new(journal: &Journal, request: http::Request<Bytes>) -> Self {
        Self { seen: journal.arrived(request), journal: journal.clone(), answered: false }
    }

    pub(crate) fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Gives the answer; one that hangs, or that nobody ever decides, never returns.
    pub(crate) async fn answer(mut self, answer: Answer) -> Outcome {
        match answer.0 {
            Kind::Response(response) => {
                self.became(Fate::Answered(response.status.as_u16()));
                let body = ReplyBody::new(response.content, self.seen.clone(), self.journal.clone());
                let mut reply = http::Response::new(body);
                *reply.status_mut() = response.status;
                *reply.headers_mut() = response.headers;
                Ok(reply)
            }
            Kind::Fail(failure) => {
                self.became(Fate::Failed);
                Err(failure.into_error())
            }
            Kind::Hang | Kind::Park => pending().await,
        }
    }

    fn became(&mut self, fate: Fate) {
        self.answered = true;
        self.journal.became(&self.seen, fate);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if !self.answered {
            self.journal.became(&self.seen, Fate::Abandoned);
        }
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct ReplyBody {
    source: Source,
    watch: Watch,
}

#[derive(Debug)]
enum Source {
    Chunks(VecDeque<Bytes>, Ending, SizeHint),
    Feed(mpsc::UnboundedReceiver<Chunk>),
}

impl ReplyBody {
    fn new(content: Content, seen: Seen, journal: Journal) -> Self {
        let source = match content {
            Content::Whole(bytes) => {
                let size = SizeHint::with_exact(bytes.len() as u64);
                let chunks = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([bytes]) };
                Source::Chunks(chunks, Ending::Complete, size)
            }
            Content::Chunks(chunks, ending) => Source::Chunks(chunks, ending, SizeHint::default()),
            Content::Fed(receiver) => match receiver.lock().unwrap_or_else(PoisonError::into_inner).take() {
                Some(receiver) => Source::Feed(receiver),
                None => Source::Chunks(VecDeque::new(), Ending::Break, SizeHint::default()),
            },
        };
        Self { source, watch: Watch { seen, journal, over: false } }
    }
}

impl http_body::Body for ReplyBody {
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
                    // A socket gets the time to flush what came before.
                    *ending = Ending::Broken;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                (None, Ending::Broken) => Some(Err(io::ErrorKind::ConnectionReset.into())),
                (None, Ending::Hang) => return Poll::Pending,
            },
            Source::Feed(receiver) => match receiver.poll_recv(cx) {
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
            // What is left of a body of known length: it comes in one piece.
            Source::Chunks(chunks, _, size) if size.exact().is_some() && chunks.is_empty() => {
                SizeHint::with_exact(0)
            }
            Source::Chunks(_, _, size) => *size,
            Source::Feed(_) => SizeHint::default(),
        }
    }
}

#[derive(Debug)]
struct Watch {
    seen: Seen,
    journal: Journal,
    over: bool,
}

impl Watch {
    fn read(&mut self) {
        self.end(Fate::BodyRead);
    }

    fn end(&mut self, fate: fn(u16) -> Fate) {
        if let (false, Some(status)) = (self.over, self.seen.fate().status()) {
            self.over = true;
            self.journal.became(&self.seen, fate(status));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end(Fate::BodyDropped);
    }
}
