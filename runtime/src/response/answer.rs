//! [`Answer`] is a response to a call, before the response is decoded.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::declaration::paging::Paging;
use crate::declaration::statuses::Statuses;
use crate::error::{Error, Receipt, Rejection};
use crate::format::json_number::clamp_numbers;
use crate::platform::messages;
use crate::platform::url::Url;
use crate::transport::upstream::Upstream;

pub(crate) type AnswerFuture = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

/// A function that requests a page of a list by sending the call's request again with a different URL.
pub(crate) type Fetch = Box<dyn Fn(Url) -> AnswerFuture + Send + Sync>;

pub(crate) const SENT_ONCE: &str = "the next page cannot be requested, because the request body can be sent only once. Use a body that can be sent again";

/// The data that the runtime needs to request the next page of a list.
pub(crate) struct Continuation {
    /// Sends the request again with a different URL. This field is `None` if the request body can be sent only once.
    pub(crate) fetch: Option<Fetch>,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) method: &'static str,
    pub(crate) paging: Paging,
    /// The URL of the request for this page of a list.
    pub(crate) requested: Url,
    /// The URL from which the response came. After a redirect, this URL differs from the URL of the request.
    pub(crate) answered: Url,
}

/// A response to a call, before the response is decoded.
///
/// An implementation of [`FromResponse`](crate::response::FromResponse) receives an `Answer`.
#[expect(clippy::struct_excessive_bools, reason = "each is a separate fact")]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) content: Content,
    pub(super) receipt: Receipt,
    /// The server's refusal of the first attempt, if the call was sent again after a refusal.
    pub(super) rejection: Option<Arc<Rejection>>,
    /// Whether the body can contain secrets. Errors omit any body that can contain secrets.
    pub(super) secret: bool,
    /// Whether the server refused the call's credential.
    pub(super) refused: bool,
    /// Whether the method returns `None` for the status of this response (`#[none_on(...)]`).
    pub(super) none: bool,
    /// Whether the body was truncated at the client's size limit.
    pub(super) cut: bool,
    pub(super) continuation: Option<Box<Continuation>>,
}

pub(super) enum Content {
    Whole(Bytes),
    Live(Box<messages::Response>),
}

impl Content {
    pub(super) fn take(&mut self) -> Bytes {
        match std::mem::replace(self, Self::Whole(Bytes::new())) {
            Self::Whole(body) => body,
            Self::Live(_) => Bytes::new(),
        }
    }
}

impl Answer {
    pub(crate) fn whole(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            headers,
            content: Content::Whole(body),
            receipt: Receipt::default(),
            rejection: None,
            secret: true,
            refused: false,
            none: false,
            cut: false,
            continuation: None,
        }
    }

    pub(crate) fn cut(self) -> Self {
        Self { cut: true, ..self }
    }

    pub(crate) fn with_secrets(self) -> Self {
        Self { secret: true, ..self.map_body(clamp_numbers) }
    }

    /// Replaces the body with the result of `change` if the whole body has been read.
    fn map_body(self, change: impl FnOnce(Bytes) -> Bytes) -> Self {
        let content = match self.content {
            Content::Whole(body) => Content::Whole(change(body)),
            live @ Content::Live(_) => live,
        };
        Self { content, ..self }
    }

    pub(crate) fn with_continuation(self, continuation: Box<Continuation>) -> Self {
        Self { continuation: Some(continuation), ..self }
    }

    /// Returns the name of the trait method that requested this page of a list, or `None` if the response is not a page
    /// of a list.
    pub(crate) fn method(&self) -> Option<&'static str> {
        self.continuation.as_ref().map(|continuation| continuation.method)
    }

    /// Returns the rule for finding the next page of a list, or `None` if the response is not a page of a list.
    pub(crate) fn paging(&self) -> Option<Paging> {
        self.continuation.as_ref().map(|continuation| continuation.paging)
    }

    pub(crate) fn take_continuation(&mut self) -> Option<Continuation> {
        self.continuation.take().map(|continuation| *continuation)
    }

    pub(crate) fn with_receipt(self, receipt: Receipt) -> Self {
        Self { receipt, ..self }
    }

    pub(crate) fn with_outcome(self, rejection: Option<Arc<Rejection>>, refused: bool) -> Self {
        Self { rejection, refused, ..self }
    }

    pub(crate) fn set_none_on(&mut self, statuses: Statuses<'_>) {
        self.none = statuses.contains(self.status);
    }

    pub(crate) fn is_none(&self) -> bool {
        self.none
    }

    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        match &self.content {
            Content::Whole(_) => &self.headers,
            Content::Live(response) => response.headers(),
        }
    }

    /// Returns the body. The body is empty if the runtime does not read it; see [`Reading`](crate::response::Reading).
    #[must_use]
    pub fn body(&self) -> &Bytes {
        static EMPTY: Bytes = Bytes::new();
        match &self.content {
            Content::Whole(body) => body,
            Content::Live(_) => &EMPTY,
        }
    }

    /// Returns the receipt, which describes how the call was authenticated and sent.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        self.receipt
    }

    pub(super) fn into_content(self) -> Content {
        self.content
    }

    /// Returns this response if its status indicates success.
    ///
    /// # Errors
    ///
    /// Returns an error with the status, headers and body if the status does not indicate success; see
    /// [`Error::is_status`].
    pub fn success(self) -> Result<Self, Error> {
        if self.status.is_success() { Ok(self) } else { Err(self.into_status_error()) }
    }

    pub(super) fn into_status_error(self) -> Error {
        let (body, cut) = (self.body().clone(), self.cut);
        let headers = match self.content {
            Content::Whole(_) => self.headers,
            Content::Live(mut response) => std::mem::take(response.headers_mut()),
        };
        let answer = Arc::new(Rejection::new(self.status, headers, body));
        let rejection = self.rejection.or_else(|| self.refused.then(|| answer.clone()));
        let error = Error::status_of(answer, self.receipt).with_rejection_if(rejection);
        if !cut {
            return error;
        }
        let text = format!(
            "{}. The body was truncated after {} bytes",
            error.text(),
            error.body().map_or(0, Bytes::len)
        );
        error.retext(text)
    }

    /// Returns the response. If the runtime has already read the body, the returned response contains the body that was
    /// read.
    ///
    /// In a browser build, code that calls `into_response` does not compile.
    #[cfg(not(target_family = "wasm"))]
    #[must_use]
    pub fn into_response(self) -> reqwest::Response {
        match self.content {
            Content::Live(response) => *response,
            Content::Whole(body) => {
                let mut response = http::Response::new(body);
                *response.status_mut() = self.status;
                *response.headers_mut() = self.headers;
                response.into()
            }
        }
    }

    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub fn into_response(self)
    where
        for<'a> &'a Self: crate::platform::absent::ReqwestResponses,
    {
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}
