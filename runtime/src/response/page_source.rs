//! [`PageSource`] requests pages in order, and detects the last page.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::task::{Context, Poll};

use super::answer::{Answer, AnswerFuture, Continuation, SENT_ONCE};
use super::page::{NextPageError, Page};
use crate::error::{Error, Kind};
use crate::platform::url::Url;

/// The maximum number of consecutive retries of a page request.
const MAX_REPEATS: u8 = 2;

/// The pages of one call, from the first to the last.
pub(crate) struct PageSource {
    step: Step,
    /// The data that the runtime needs to request the page after the last received page.
    continuation: Option<Continuation>,
    seen: Seen,
    /// The number of consecutive requests that have failed.
    failures: u8,
    method: Option<&'static str>,
}

/// The action that the stream takes when the caller requests the next page.
enum Step {
    First(Box<Answer>),
    Request(Url),
    Wait(Url, AnswerFuture),
    Fail(Error),
    End,
}

impl PageSource {
    pub(crate) fn new(first: Answer) -> Self {
        let method = first.method();
        Self {
            step: Step::First(Box::new(first)),
            continuation: None,
            seen: Seen::default(),
            failures: 0,
            method,
        }
    }

    pub(crate) fn in_method(&self, error: Error) -> Error {
        error.in_method(self.method)
    }

    pub(crate) fn end(&mut self) {
        self.step = Step::End;
    }

    /// Returns the next page, or `None` after the last page. This function is cancel safe.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Answer, Error>>> {
        loop {
            match std::mem::replace(&mut self.step, Step::End) {
                Step::First(answer) => return Poll::Ready(self.accept(*answer)),
                Step::Request(url) => {
                    let fetch = self.continuation.as_ref().and_then(|known| known.fetch.as_ref());
                    let Some(fetch) = fetch else { return Poll::Ready(None) };
                    let answer = fetch(url.clone());
                    self.step = Step::Wait(url, answer);
                }
                Step::Wait(url, mut answer) => match answer.as_mut().poll(context) {
                    Poll::Pending => {
                        self.step = Step::Wait(url, answer);
                        return Poll::Pending;
                    }
                    Poll::Ready(answer) => {
                        return Poll::Ready(match answer.and_then(Answer::success) {
                            Ok(answer) => self.accept(answer),
                            Err(error) => Some(Err(self.failed(url, error))),
                        });
                    }
                },
                Step::Fail(error) => return Poll::Ready(Some(Err(error))),
                Step::End => return Poll::Ready(None),
            }
        }
    }

    /// Uses a page to determine how to request the next page of the list. If the next page cannot be requested, the
    /// stream first returns the current page and then the error.
    fn accept(&mut self, mut answer: Answer) -> Option<Result<Answer, Error>> {
        self.failures = 0;
        let Some(continuation) = answer.take_continuation() else { return Some(Ok(answer)) };
        let is_first = self.continuation.is_none();
        let method = self.method;
        self.seen.insert(&continuation.requested);
        let page = Page { answer: &answer, continuation: &continuation };
        if page.is_empty_list() {
            return None;
        }
        self.step = match page.next() {
            Ok(None) => Step::End,
            Ok(Some(_)) if continuation.fetch.is_none() => {
                Step::Fail(Error::request(SENT_ONCE).in_method(method))
            }
            Ok(Some(url)) if self.seen.contains(&url) => Step::Fail(repeated().in_method(method)),
            Ok(Some(url)) => Step::Request(url),
            // If the list is missing from the first page, the declaration does not match the server, and every further
            // page would also fail.
            Err(NextPageError::List(error)) if is_first => return Some(Err(error.in_method(method))),
            Err(NextPageError::List(error) | NextPageError::Link(error)) => {
                Step::Fail(error.in_method(method))
            }
        };
        self.continuation = Some(continuation);
        Some(Ok(answer))
    }

    /// Keeps the failed request, so that the stream sends the request again when it is polled for the next page.
    fn failed(&mut self, url: Url, error: Error) -> Error {
        if self.failures < MAX_REPEATS {
            self.failures += 1;
            self.step = Step::Request(url);
        }
        self.in_method(error)
    }
}

fn repeated() -> Error {
    Error::new(
        Kind::Decode,
        "the server named a next page that was already read, so the pages would never end. Check the `pages` \
         attribute",
    )
}

/// Hashes of the requested URLs. Hashes need little memory, even for thousands of pages. The page requests of one call
/// differ only in their URLs, so a hash of the URL identifies a request.
#[derive(Default)]
struct Seen {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    fn insert(&mut self, url: &Url) {
        self.hashes.insert(self.hasher.hash_one(url.as_str()));
    }

    fn contains(&self, url: &Url) -> bool {
        self.hashes.contains(&self.hasher.hash_one(url.as_str()))
    }
}
