//! Replaces `cookies.rs` in browser builds. The browser itself stores the session's cookies and adds them to requests.
//! The browser hides the `Set-Cookie` response headers from the page.

use std::convert::Infallible;
use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

use super::login_end::End;
use crate::platform::url::Url;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cookies;

/// The `Set-Cookie` headers of one response. This type has no values, because a page cannot read `Set-Cookie` headers.
#[derive(Clone, Debug)]
pub(crate) struct SetCookies(Infallible);

impl Cookies {
    /// In a browser, a stored session has no cookies.
    pub(crate) fn stored(_: Option<&Value>) -> Option<Self> {
        Some(Self)
    }

    pub(crate) fn is_empty(self) -> bool {
        true
    }

    pub(crate) fn has_any(self, _: &Url) -> bool {
        false
    }

    pub(crate) fn have_run_out(self, _: &Url) -> bool {
        false
    }

    pub(crate) fn end_at(self, _: &Url) -> Option<End> {
        None
    }

    pub(crate) fn apply(self, _: &Url, _: &mut HeaderMap) {}
}

impl SetCookies {
    pub(crate) fn of(_: &HeaderMap, _: &Url) -> Option<Self> {
        None
    }

    pub(crate) fn that_refresh(self) -> Self {
        self
    }

    pub(crate) fn lifetime(&self) -> Option<Duration> {
        match self.0 {}
    }

    pub(crate) fn after(&self, _: &Cookies) -> Cookies {
        match self.0 {}
    }
}
