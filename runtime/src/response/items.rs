//! [`Items`] reads the elements of all pages of a list.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::answer::Answer;
use super::decode::FromResponse;
use super::item::json_value_of;
use super::page::list_of;
use super::page_source::PageSource;
use super::reading::ByPages;
use crate::declaration::paging::Paging;
use crate::error::Error;

/// A stream of the elements from all pages of a list. `T` is one element.
///
/// A page is a list of elements, or an object with a list of elements at the pointer from `#[pages(…, items =
/// "/data")]`. The first page has already been read when the call returns. When the caller has taken all elements of a
/// page, the stream requests the next page in a separate call that also uses the session.
///
/// ```
/// # #[derive(serde::Deserialize)] struct Repository;
/// # async fn example(mut repositories: afresh::Items<Repository>) -> afresh::Result<()> {
/// while let Some(repository) = repositories.next().await {
///     let repository: Repository = repository?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// If an element cannot be read as `T`, the stream returns an error for this element and continues with the next
/// element. [`Pages`](crate::Pages#errors-of-a-page) describes how the stream continues after an error that concerns a
/// whole page.
pub struct Items<T> {
    source: Source<T>,
    /// The maximum number of elements that the stream can still return.
    left: Option<usize>,
}

enum Source<T> {
    Server(Box<Elements>),
    Given(VecDeque<Result<T, Error>>),
}

struct Elements {
    pages: PageSource,
    paging: Option<Paging>,
    /// The remaining elements of the current page. Each element is a slice of the page's buffer, not a copy.
    page: std::vec::IntoIter<Bytes>,
}

impl Elements {
    fn poll_element(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            if let Some(element) = self.page.next() {
                return Poll::Ready(Some(Ok(element)));
            }
            let answer = match ready!(self.pages.poll_page(context)) {
                Some(Ok(answer)) => answer,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            match list_of(answer.body(), self.paging.and_then(|paging| paging.items)) {
                Ok(list) => self.page = list.into_iter(),
                Err(error) => {
                    let error = self.pages.in_method(error);
                    self.pages.end();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

/// Fields are never pinned.
impl<T> Unpin for Items<T> {}

impl<T: DeserializeOwned> Items<T> {
    /// Returns the next element, or `None` after the last element.
    ///
    /// This method is cancel safe: if the future is dropped, the current page request continues when `next` is called
    /// again.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Items<T> {
    /// Creates a stream of elements for a hand-written implementation of an API trait.
    ///
    /// ```
    /// # async fn example() -> afresh::Result<()> {
    /// let mut items = afresh::Items::from_items([1, 2, 3]).limit(1);
    /// assert_eq!(items.next().await.transpose()?, Some(1));
    /// assert!(items.next().await.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_items(items: impl IntoIterator<Item = T>) -> Self {
        Self::from_results(items.into_iter().map(Ok))
    }

    /// Creates a stream of elements and errors for a hand-written implementation of an API trait.
    pub fn from_results(items: impl IntoIterator<Item = Result<T, Error>>) -> Self {
        Self { source: Source::Given(items.into_iter().collect()), left: None }
    }

    /// Limits the stream to at most `items` further elements. Pages beyond the limit are not requested.
    #[must_use]
    pub fn limit(self, items: usize) -> Self {
        Self { left: Some(self.left.map_or(items, |left| left.min(items))), ..self }
    }
}

impl<T: DeserializeOwned> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.left == Some(0) {
            this.source = Source::Given(VecDeque::new());
        }
        let item = match &mut this.source {
            Source::Given(items) => items.pop_front(),
            Source::Server(elements) => ready!(elements.poll_element(context)).map(|element| {
                element.and_then(|element| {
                    json_value_of(&element).map_err(|error| elements.pages.in_method(error))
                })
            }),
        };
        if let (Some(Ok(_)), Some(left)) = (&item, &mut this.left) {
            *left = left.saturating_sub(1);
        }
        Poll::Ready(item)
    }
}

impl<T: DeserializeOwned> FromResponse<ByPages> for Items<T> {
    fn from_response(answer: Answer) -> Result<Self, Error> {
        let answer = answer.success()?;
        let paging = answer.paging();
        let elements = Elements { pages: PageSource::new(answer), paging, page: Vec::new().into_iter() };
        Ok(Self { source: Source::Server(Box::new(elements)), left: None })
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").finish_non_exhaustive()
    }
}
