//! The cookies of a session whose refresh secret is a cookie. Immutable: a change makes a new set, so that
//! the cookies and the access token of one generation belong together.

use std::fmt;

use cookie_store::CookieStore;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use url::Url;

#[derive(Clone, Default)]
pub(crate) struct Cookies(CookieStore);

impl Cookies {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter_any().next().is_none()
    }

    /// Whether any cookie would be sent to `url`.
    pub(crate) fn has_any(&self, url: &Url) -> bool {
        !self.0.matches(url).is_empty()
    }

    /// Adds what belongs to `url` to a request's headers, after what the caller put there.
    pub(crate) fn apply(&self, url: &Url, headers: &mut HeaderMap) {
        let mut line = String::new();
        for (name, value) in self.0.get_request_values(url) {
            if !line.is_empty() {
                line.push_str("; ");
            }
            line.push_str(name);
            line.push('=');
            line.push_str(value);
        }
        if line.is_empty() {
            return;
        }
        if let Some(given) = headers.get(COOKIE).and_then(|value| value.to_str().ok()) {
            line = format!("{given}; {line}");
        }
        // A cookie that cannot stand in a header came from no header; it is not sent.
        if let Ok(mut value) = HeaderValue::try_from(line) {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
    }

    /// The set after an answer of `url`; `None` if the answer sets no cookie.
    pub(crate) fn after(&self, answer: &HeaderMap, url: &Url) -> Option<Self> {
        let mut next = None;
        for line in answer.get_all(SET_COOKIE) {
            if let Ok(line) = line.to_str() {
                // Cookies that the rules of RFC 6265 refuse are not kept, as in a browser.
                let _ = next.get_or_insert_with(|| self.clone()).0.parse(line, url);
            }
        }
        next
    }
}

/// Names and values stay out.
impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cookies({})", self.0.iter_unexpired().count())
    }
}
