//! Reads an answer in pages, and requests each page when the caller asks for it: [`Pages`].

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::header::LINK;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::answer::{Answer, AnswerFuture, Continuation};
use super::decode::FromResponse;
use super::reading::ByPages;
use crate::declaration::paging::{NextPage, Paging};
use crate::error::{Error, Kind};
use crate::format::link::next_of;

impl Paging {
    /// Returns the URL of the page after `answer`, which came from `url`.
    fn after(self, answer: &Answer, url: &Url) -> Option<Url> {
        match self.next {
            NextPage::Link => {
                let mut lines = answer.headers().get_all(LINK).iter().filter_map(|line| line.to_str().ok());
                url.join(&lines.find_map(next_of)?).ok()
            }
            NextPage::Cursor { pointer, into } => {
                let body: Value = serde_json::from_slice(answer.body()).ok()?;
                let cursor = match body.pointer(pointer)? {
                    Value::String(text) if !text.is_empty() => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return None,
                };
                Some(with_parameter(url, into, &cursor))
            }
            NextPage::Number { parameter } => {
                let current = url.query_pairs().find(|(name, _)| name == parameter).map(|(_, number)| number);
                let number: u64 = current.map_or(Some(1), |number| number.parse().ok())?;
                Some(with_parameter(url, parameter, &number.checked_add(1)?.to_string()))
            }
            NextPage::Url { pointer } => {
                let body: Value = serde_json::from_slice(answer.body()).ok()?;
                url.join(body.pointer(pointer)?.as_str().filter(|link| !link.is_empty())?).ok()
            }
            NextPage::Header { name, into } => {
                let value = answer.headers().get(name)?.to_str().ok().filter(|value| !value.is_empty())?;
                Some(with_parameter(url, into, value))
            }
            // MERGE: the helper for lists implements the sources that need the items of a page.
            NextPage::Last { .. } | NextPage::Offset { .. } => None,
        }
    }

    /// Whether `answer` is an empty page, which means that there are no more pages.
    fn is_end(self, answer: &Answer) -> bool {
        matches!(self.next, NextPage::Number { .. })
            && matches!(answer.body().trim_ascii(), b"" | b"[]" | b"null")
    }
}

fn with_parameter(url: &Url, parameter: &str, value: &str) -> Url {
    let others = url.query_pairs().filter(|(name, _)| name != parameter);
    let others: Vec<_> = others.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let mut next = url.clone();
    next.query_pairs_mut().clear().extend_pairs(others).append_pair(parameter, value);
    next
}

/// The pages of an answer, as a stream. `T` is one page, such as `Vec<Repository>`.
///
/// The first page has been read when the call returns. Each further page is requested when the caller asks for it, as
/// a call of its own with the session's credential. The stream ends after the last page and after an error.
///
/// If the next page is on another origin, it is not requested, and the stream returns an error.
///
/// ```
/// # #[derive(serde::Deserialize)] struct Repository;
/// # async fn example(mut pages: afresh::Pages<Vec<Repository>>) -> afresh::Result<()> {
/// while let Some(page) = pages.next().await {
///     for repository in page? { /* … */ }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Pages<T> {
    first: Option<Answer>,
    next: Option<(Continuation, Url)>,
    pending: Option<(Continuation, Url, AnswerFuture)>,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Pages<T> {
    /// Returns the next page, or `None` after the last page and after an error.
    ///
    /// This method is cancel safe: a page that is being requested is not requested a second time.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Decodes a page and stores the URL of the next one.
    fn accept(&mut self, answer: Answer, from: Option<(Continuation, Url)>) -> Option<Result<T, Error>> {
        let mut other_origin = None;
        if let Some((continuation, url)) = from {
            if continuation.paging.is_end(&answer) {
                return None;
            }
            if let Some(next) = continuation.paging.after(&answer, &url) {
                if continuation.upstream.is_own(&next) {
                    self.next = Some((continuation, next));
                } else {
                    other_origin = Some(Error::new(
                        Kind::Transport,
                        "the next page is on another origin, where the credential must not go. Request it with a client of that origin",
                    ));
                }
            }
        }
        let page = T::from_response(answer);
        if page.is_err() {
            self.next = None;
        }
        match other_origin {
            Some(error) => Some(Err(error)),
            None => Some(page),
        }
    }
}

impl<T: DeserializeOwned> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            let from = this.next.take();
            return Poll::Ready(this.accept(first, from));
        }
        if let Some((continuation, url)) = this.next.take() {
            let Some(request) = continuation.request.with_url(url.clone()) else { return Poll::Ready(None) };
            let answer = (continuation.fetch)(request);
            this.pending = Some((continuation, url, answer));
        }
        let Some((_, _, answer)) = &mut this.pending else { return Poll::Ready(None) };
        let answer = ready!(answer.as_mut().poll(context));
        let Some((continuation, url, _)) = this.pending.take() else { return Poll::Ready(None) };
        Poll::Ready(match answer.and_then(Answer::success) {
            Ok(answer) => this.accept(answer, Some((continuation, url))),
            Err(error) => Some(Err(error.in_method(Some(continuation.method)))),
        })
    }
}

impl<T: DeserializeOwned> FromResponse<ByPages> for Pages<T> {
    fn from_response(answer: Answer) -> Result<Self, Error> {
        let mut answer = answer.success()?;
        let next = answer.take_continuation().map(|continuation| {
            let url = continuation.url.clone();
            (continuation, url)
        });
        Ok(Self { first: Some(answer), next, pending: None, of: PhantomData })
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}
