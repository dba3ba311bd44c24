//! The whole answer beside its body, and how the call went: [`Reply`], [`Receipt`].

use http::{HeaderMap, StatusCode};

use crate::session::{AsTokens, Tokens};

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

impl<T: AsTokens> AsTokens for Reply<T> {
    fn as_tokens(&self) -> Tokens {
        self.body.as_tokens()
    }
}

/// How a call went: whether it carried the session's credential, and whether it had to be sent again.
///
/// Also in the extensions of a [`reqwest::Response`] that a client returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    pub(crate) generation: Option<u64>,
    pub(crate) sends: u8,
    pub(crate) refreshed: bool,
}

impl Receipt {
    /// Whether the answered request carried the session's credential.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.generation.is_some()
    }

    /// Which credential of the session it carried: they are counted from 1, over logins and refreshes.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        self.generation
    }

    /// Whether the call waited for a refresh, started by itself or by another call, before it was answered.
    #[must_use]
    pub fn is_refreshed(&self) -> bool {
        self.refreshed
    }

    /// Whether the call was sent again after its first credential was refused.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        self.sends > 1
    }

    /// How often the call was sent: 1 or 2. Redirects do not count.
    #[must_use]
    pub fn sends(&self) -> u8 {
        self.sends
    }
}
