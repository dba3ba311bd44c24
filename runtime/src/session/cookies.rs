//! The cookies of a session whose refresh secret is a cookie: [`Cookies`], immutable, so that the cookies and
//! the access token of one generation belong together; and what an answer does to them: [`SetCookies`].

use std::fmt;

use cookie_store::CookieStore;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use url::Url;

#[derive(Clone, Default)]
pub(crate) struct Cookies(CookieStore);

/// The `Set-Cookie` lines of one answer, and where it came from.
pub(crate) struct SetCookies {
    lines: Vec<HeaderValue>,
    url: Url,
}

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
        let mut line: Vec<u8> = Vec::new();
        let mut push = |parts: &[&[u8]]| {
            if !line.is_empty() {
                line.extend_from_slice(b"; ");
            }
            for part in parts {
                line.extend_from_slice(part);
            }
        };
        for given in headers.get_all(COOKIE) {
            push(&[given.as_bytes()]);
        }
        let own = self.0.get_request_values(url);
        let count = own.map(|(name, value)| push(&[name.as_bytes(), b"=", value.as_bytes()])).count();
        if count == 0 {
            return;
        }
        // A cookie that cannot stand in a header came from no header; it is not sent.
        if let Ok(mut value) = HeaderValue::from_bytes(&line) {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
    }
}

impl SetCookies {
    /// What an answer of `url` sets, if anything.
    pub(crate) fn of(answer: &HeaderMap, url: &Url) -> Option<Self> {
        if !answer.contains_key(SET_COOKIE) {
            return None;
        }
        let lines = answer.get_all(SET_COOKIE).iter().cloned().collect();
        Some(Self { lines, url: url.clone() })
    }

    /// The cookies afterwards. Those that the rules of RFC 6265 refuse are not kept, as in a browser.
    pub(crate) fn after(&self, cookies: &Cookies) -> Cookies {
        let mut next = cookies.clone();
        for line in self.lines.iter().filter_map(|line| line.to_str().ok()) {
            let _ = next.0.parse(line, &self.url);
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

/// Names and values stay out.
impl fmt::Debug for SetCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetCookies({})", self.lines.len())
    }
}
