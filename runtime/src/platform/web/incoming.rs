//! Defines [`Incoming`], a response body that is read from a `ReadableStream`.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use js_sys::{Reflect, Uint8Array};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};

/// The error for a response body that ended prematurely.
#[derive(Debug)]
pub(crate) struct BodyError;

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the browser could not read the entire body")
    }
}

impl std::error::Error for BodyError {}

/// A response body. Dropping the body aborts the transfer.
pub(crate) struct Incoming {
    /// The chunks that were read and then put back into the body.
    read: VecDeque<Result<Bytes, BodyError>>,
    rest: Option<SendWrapper<Reader>>,
}

struct Reader {
    reader: ReadableStreamDefaultReader,
    /// The pending read of the next chunk, which is stored so that no data is lost if the caller stops waiting for the
    /// chunk.
    next: Option<JsFuture>,
    _abort: AbortOnDrop,
}

/// A guard that, when dropped, aborts a `fetch` and the transfer of the response body.
pub(super) struct AbortOnDrop(pub(super) AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Incoming {
    pub(super) fn whole(body: Bytes) -> Self {
        Self { read: VecDeque::from([Ok(body)]), rest: None }
    }

    pub(super) fn of(response: &web_sys::Response, abort: AbortOnDrop) -> Self {
        let reader = response.body().and_then(|body| ReadableStreamDefaultReader::new(&body).ok());
        let rest = reader.map(|reader| SendWrapper::new(Reader { reader, next: None, _abort: abort }));
        Self { read: VecDeque::new(), rest }
    }

    /// Puts chunks back in front of the rest of the body.
    pub(super) fn put_back(&mut self, chunks: impl DoubleEndedIterator<Item = Result<Bytes, BodyError>>) {
        chunks.rev().for_each(|chunk| self.read.push_front(chunk));
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while let Some(chunk) = self.read.pop_front() {
            if chunk.as_ref().map_or(true, |chunk| !chunk.is_empty()) {
                return Poll::Ready(Some(chunk));
            }
        }
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let chunk = ready!(rest.poll_chunk(context));
        if !matches!(chunk, Some(Ok(_))) {
            self.rest = None;
        }
        Poll::Ready(chunk)
    }
}

impl Reader {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let reader = &self.reader;
        let next = self.next.get_or_insert_with(|| JsFuture::from(reader.read()));
        let read = ready!(Pin::new(next).poll(context));
        self.next = None;
        Poll::Ready(match read {
            Ok(read) => chunk_of(&read).map(Ok),
            Err(_) => Some(Err(BodyError)),
        })
    }
}

/// Returns the chunk from the result of a read operation, or `None` at the end of the body.
fn chunk_of(read: &JsValue) -> Option<Bytes> {
    let value = Reflect::get(read, &"value".into()).ok()?;
    value.dyn_ref::<Uint8Array>().map(|chunk| chunk.to_vec().into())
}
