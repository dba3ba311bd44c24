//! What a rule of the user's judges by: [`Refusal`], and the rules themselves.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::declaration::condition::Condition;
use crate::format::json_pointer::look_up;
use crate::format::media_type::MediaType;

/// An answer that perhaps refuses the credential, as
/// [`expired_when`](crate::ClientBuilder::expired_when) and
/// [`forbidden_when`](crate::ClientBuilder::forbidden_when) see it.
pub struct Refusal<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Refusal<'a> {
    pub(crate) fn new(status: StatusCode, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { status, headers, body }
    }

    /// The status: one of those that are refreshed for.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, as they came.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The beginning of the body: at most 16 KiB, and of a body that is slow what came within a second.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The value at a JSON pointer (RFC 6901), say `"/error/code"`. `None` if there is none, if the body is
    /// not JSON, or if the value does not end within [`body`](Self::body).
    #[must_use]
    pub fn json(&self, pointer: &str) -> Option<Value> {
        look_up(self.body, pointer)
    }

    /// Whether the answer is a web page: what a gateway or a firewall answers in the place of an API.
    #[must_use]
    pub fn is_html(&self) -> bool {
        MediaType::of(self.headers).is_html()
    }
}

/// Headers and body stay out: they may hold a cookie or an echoed token.
impl fmt::Debug for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Refusal");
        out.field("status", &self.status).field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

impl Condition {
    fn holds(self, refusal: &Refusal<'_>) -> bool {
        match self {
            Self::Text(at, text) => refusal.json(at).is_some_and(|found| found.as_str() == Some(text)),
            Self::Integer(at, number) => refusal.json(at).is_some_and(|found| found.as_i64() == Some(number)),
            Self::Boolean(at, truth) => refusal.json(at).is_some_and(|found| found.as_bool() == Some(truth)),
        }
    }
}

/// A function of the user's.
pub(crate) type Custom = Arc<dyn Fn(&Refusal<'_>) -> bool + Send + Sync>;

/// What an API declares and what the builder was told, to one end. Any of them is enough.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rule<'a> {
    pub(crate) declared: &'static [Condition],
    pub(crate) custom: &'a [Custom],
}

/// A function of the user's panicked.
pub(crate) struct Panicked;

impl Rule<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.custom.is_empty()
    }

    pub(crate) fn holds(&self, refusal: &Refusal<'_>) -> Result<bool, Panicked> {
        if self.declared.iter().any(|condition| condition.holds(refusal)) {
            return Ok(true);
        }
        // What it may have left half-done is its own: nothing of ours goes in but what it can only read.
        catch_unwind(AssertUnwindSafe(|| self.custom.iter().any(|rule| rule(refusal)))).map_err(|_| Panicked)
    }
}
