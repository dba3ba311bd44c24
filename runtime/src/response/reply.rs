//! [`Reply`] is a decoded body together with the status and headers of its response.

use http::{HeaderMap, StatusCode};

use crate::error::Receipt;

/// A decoded body with the status and headers of its response.
///
/// Use `Reply` as the return type of a method if the caller needs the status or the headers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The response status, which indicates success unless the body type accepts other statuses.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// The decoded body.
    pub body: T,
    receipt: Receipt,
}

impl<T> Reply<T> {
    /// Creates a reply for a hand-written implementation of an API trait.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self { status, headers, body, receipt: Receipt::default() }
    }

    /// Returns the receipt, which describes how the call was authenticated and sent.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// Replaces the body with the result of `change`.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply { status: self.status, headers: self.headers, body: change(self.body), receipt: self.receipt }
    }

    pub(crate) fn with_receipt(mut self, receipt: Receipt) -> Self {
        self.receipt = receipt;
        self
    }
}
