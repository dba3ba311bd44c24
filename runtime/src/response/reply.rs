//! A decoded body together with the status and headers of its answer: [`Reply`].

use http::{HeaderMap, StatusCode};

use crate::error::Receipt;

/// A decoded body with the status and headers of its answer.
///
/// A method returns this type if the caller needs more than the body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The status, which is a success unless the type of the body accepts other statuses.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The decoded body.
    pub body: T,
    receipt: Receipt,
}

impl<T> Reply<T> {
    /// Creates a reply for a hand-written implementation of an API.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self { status, headers, body, receipt: Receipt::default() }
    }

    /// Returns how the call was authenticated and sent.
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
