//! Stores the cookies of a session: [`Cookies`]. Start with `cookie.rs`.
//!
//! `Cookies` is never modified in place, so a session snapshot always contains matching cookies and tokens.
//! [`SetCookies`] contains the cookies that one response sets. A server can set any number of cookies, so `limits.rs`
//! caps the number and size of the stored cookies (RFC 6265bis).

mod cookie;
mod eviction;
mod limits;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, SystemTime};

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::cookie::Cookie;
use self::eviction::evict;
use self::limits::clock;
use super::login_end::End;
use crate::format::set_cookie::has_set_cookie;
use crate::platform::time::wall;
use crate::platform::url::Url;

/// The number of cookies above which expired cookies are dropped (RFC 6265 §6.1).
const MOST: usize = 50;

/// A session's cookies, in the order in which they arrived. Cookies without an expiration time are also stored, because
/// a session can survive a process restart.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Cookie>")]
pub(crate) struct Cookies(Vec<Cookie>);

/// The `Set-Cookie` headers of one response, and the response's URL.
#[derive(Clone)]
pub(crate) struct SetCookies {
    lines: Vec<HeaderValue>,
    url: Url,
    /// Whether the response belongs to a login or refresh request rather than to an ordinary call.
    refreshes: bool,
}

impl Cookies {
    /// A stored session without a `cookies` field has no cookies.
    pub(crate) fn stored(cookies: Option<&Value>) -> Option<Self> {
        cookies.map_or_else(|| Some(Self::default()), |cookies| Self::deserialize(cookies).ok())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has_any(&self, url: &Url) -> bool {
        self.of(url, wall()).next().is_some()
    }

    /// Whether cookies for `url` exist but have all expired.
    pub(crate) fn have_run_out(&self, url: &Url) -> bool {
        let now = wall();
        self.0.iter().any(|cookie| cookie.reaches(url)) && self.of(url, now).next().is_none()
    }

    /// Returns the latest expiration time of the cookies that a refresh at `url` needs. The refresh needs the cookies
    /// that a login or an earlier refresh set. If several cookie paths match `url`, the refresh needs only the cookies
    /// with the longest matching path. Returns `None` if the refresh does not need a cookie, or needs a cookie that has
    /// no expiration time.
    pub(crate) fn end_at(&self, url: &Url) -> Option<End> {
        let refreshing = || self.0.iter().filter(|cookie| cookie.refreshes && cookie.reaches(url));
        let path = refreshing().map(|cookie| cookie.path.len()).max()?;
        let nearest = refreshing().filter(|cookie| cookie.path.len() == path);
        let ends: Option<Vec<End>> = nearest.map(Cookie::end).collect();
        ends?.into_iter().max_by_key(|end| end.at)
    }

    /// Adds the cookies for `url` to the request headers, after the cookies that the caller set.
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
        // Longer paths come first. If two cookies have paths of the same length, the older cookie comes first (RFC 6265
        // §5.4).
        let mut own: Vec<&Cookie> = Vec::new();
        for cookie in self.of(url, wall()) {
            let place = own.partition_point(|other| other.path.len() >= cookie.path.len());
            own.insert(place, cookie);
        }
        if own.is_empty() {
            return;
        }
        for cookie in own {
            cookie.used.touch();
            push(&[cookie.name.as_bytes(), b"=", cookie.value.as_bytes()]);
        }
        // Cookies from a response header never contain invalid characters. If any cookie contains an invalid character,
        // no cookies are added to the request.
        if let Ok(mut value) = HeaderValue::from_bytes(&line) {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
    }

    fn of<'a>(&'a self, url: &'a Url, now: SystemTime) -> impl Iterator<Item = &'a Cookie> {
        self.0.iter().filter(move |cookie| cookie.goes_to(url, now))
    }

    /// Adds a cookie. A server deletes a cookie by sending a replacement that has already expired, so an expired cookie
    /// deletes the stored cookie that it replaces. A stored cookie is kept after it expires, so that the session can
    /// still report when it ended.
    fn set(&mut self, mut cookie: Cookie, now: SystemTime) {
        if cookie.is_expired(now) {
            return self.0.retain(|old| !cookie.replaces(old));
        }
        match self.0.iter_mut().find(|old| cookie.replaces(old)) {
            Some(old) => {
                cookie.refreshes |= old.refreshes;
                *old = cookie;
            }
            None => self.0.push(cookie),
        }
        if self.0.len() > MOST {
            self.0.retain(|cookie| !cookie.is_expired(now));
        }
    }
}

/// Applies the limits to cookies from a store, because another program might have stored more cookies.
impl From<Vec<Cookie>> for Cookies {
    fn from(mut cookies: Vec<Cookie>) -> Self {
        evict(&mut cookies, clock());
        Self(cookies)
    }
}

impl SetCookies {
    /// Returns the cookies that a response from `url` sets, if there are any.
    pub(crate) fn of(answer: &HeaderMap, url: &Url) -> Option<Self> {
        if !has_set_cookie(answer) {
            return None;
        }
        let lines = answer.get_all(SET_COOKIE).iter().cloned().collect();
        Some(Self { lines, url: url.clone(), refreshes: false })
    }

    /// Marks the cookies as coming from a login or a refresh. Cookies with this mark are evicted only if no other
    /// cookies are left.
    pub(crate) fn that_refresh(self) -> Self {
        Self { refreshes: true, ..self }
    }

    /// Returns the lifetime of the cookie that expires first, or `None` if no cookie has an expiration time.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        let now = wall();
        let cookies = self.lines.iter().filter_map(|line| std::str::from_utf8(line.as_bytes()).ok());
        let cookies = cookies.filter_map(|line| Cookie::parse(line, &self.url, now));
        cookies.filter_map(|cookie| cookie.lifetime(now)).min()
    }

    /// Returns `cookies` after applying the cookies that the response sets. Cookies that RFC 6265 rejects are ignored,
    /// as in a browser.
    pub(crate) fn after(&self, cookies: &Cookies) -> Cookies {
        let (mut next, now, before) = (cookies.clone(), wall(), clock());
        for line in self.lines.iter().filter_map(|line| std::str::from_utf8(line.as_bytes()).ok()) {
            if let Some(mut cookie) = Cookie::parse(line, &self.url, now) {
                cookie.refreshes = self.refreshes;
                next.set(cookie, now);
            }
        }
        evict(&mut next.0, before);
        next
    }
}

/// Shows only the number of cookies, not their names and values.
impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cookies({})", self.0.len())
    }
}

/// Shows only the number of `Set-Cookie` lines, not their names and values.
impl fmt::Debug for SetCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetCookies({})", self.lines.len())
    }
}
