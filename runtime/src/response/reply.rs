//! The whole answer beside its body, and how the call went: [`Reply`], [`Receipt`],
//! [`RefreshedBy`].

use http::{HeaderMap, StatusCode};

use crate::error::Receipt;

/// An answer with its status and headers. What a method returns when the body alone is not enough.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The status; a success.
    pub status: StatusCode,
    /// The headers, as they came.
    pub headers: HeaderMap,
    /// The body, decoded.
    pub body: T,
    receipt: Receipt,
}

impl<T> Reply<T> {
    /// A reply as a hand-written implementation of an API makes it.
    #[must_use]
    pub fn new(status: StatusCode, headers: HeaderMap, body: T) -> Self {
        Self { status, headers, body, receipt: Receipt::default() }
    }

    /// How the call went.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The same answer with another body.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply { status: self.status, headers: self.headers, body: change(self.body), receipt: self.receipt }
    }

    pub(crate) fn with_receipt(mut self, receipt: Receipt) -> Self {
        self.receipt = receipt;
        self
    }
}
