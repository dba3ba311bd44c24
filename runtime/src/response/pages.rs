//! [`Pages`] reads a list page by page, and requests each page only when the caller needs it.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::decode::FromResponse;
use super::page_source::PageSource;
use super::reading::ByPages;
use crate::error::Error;

/// A stream of the pages of a list. `T` is the type of one page, such as `Vec<Repository>`.
///
/// The first page has already been read when the call returns. Each further page is requested when the caller needs it,
/// in a separate call that also uses the session.
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
///
/// # Errors of a page
///
/// | what happened | what the stream does next |
/// |---|---|
/// | the request for a page failed | requests the same page again, at most twice in a row; then it ends |
/// | a page cannot be read as `T` | continues with the next page |
/// | the link to the next page is wrong, points to another origin, or points to a page that was already read | ends; the page with that link was already returned |
pub struct Pages<T> {
    source: Source<T>,
    /// The maximum number of pages that the stream can still return.
    left: Option<usize>,
}

enum Source<T> {
    Server(Box<PageSource>),
    Given(VecDeque<Result<T, Error>>),
}

/// Fields are never pinned.
impl<T> Unpin for Pages<T> {}

impl<T: DeserializeOwned> Pages<T> {
    /// Returns the next page, or `None` after the last page.
    ///
    /// This method is cancel safe: if the future is dropped, the current page request continues when `next` is called
    /// again.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Pages<T> {
    /// Creates a stream of pages for a hand-written implementation of an API trait.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// let mut pages = afresh::Pages::from_pages([vec![1, 2], vec![3]]);
    /// assert_eq!(pages.next().await.transpose()?, Some(vec![1, 2]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_pages(pages: impl IntoIterator<Item = T>) -> Self {
        Self::from_results(pages.into_iter().map(Ok))
    }

    /// Creates a stream of pages and errors for a hand-written implementation of an API trait.
    pub fn from_results(pages: impl IntoIterator<Item = Result<T, Error>>) -> Self {
        Self { source: Source::Given(pages.into_iter().collect()), left: None }
    }

    /// Limits the stream to at most `pages` further pages. Pages beyond the limit are not requested.
    #[must_use]
    pub fn limit(self, pages: usize) -> Self {
        Self { left: Some(self.left.map_or(pages, |left| left.min(pages))), ..self }
    }
}

impl<T: DeserializeOwned> Stream for Pages<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.left == Some(0) {
            this.source = Source::Given(VecDeque::new());
        }
        let page = match &mut this.source {
            Source::Given(pages) => pages.pop_front(),
            Source::Server(source) => ready!(source.poll_page(context)).map(|page| {
                page.and_then(|answer| T::from_response(answer).map_err(|error| source.in_method(error)))
            }),
        };
        if let (Some(Ok(_)), Some(left)) = (&page, &mut this.left) {
            *left = left.saturating_sub(1);
        }
        Poll::Ready(page)
    }
}

impl<T: DeserializeOwned> FromResponse<ByPages> for Pages<T> {
    fn from_response(answer: Answer) -> Result<Self, Error> {
        let source = PageSource::new(answer.success()?);
        Ok(Self { source: Source::Server(Box::new(source)), left: None })
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}
