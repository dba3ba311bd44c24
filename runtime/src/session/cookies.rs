//! Defines [`Cookies`], the cookies of a session. `Cookies` are immutable, so the cookies and the access token of one
//! generation belong together. [`SetCookies`] contains the cookies that one response sets. Servers can set any number
//! of cookies, so `limits` restricts their number and size as RFC 6265bis does.

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

/// The cookies of a session, in order of arrival. Cookies without an expiry are also stored, because the session
/// survives a process restart.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Cookie>")]
pub(crate) struct Cookies(Vec<Cookie>);

/// The `Set-Cookie` headers of one response, and its URL.
#[derive(Clone)]
pub(crate) struct SetCookies {
    lines: Vec<HeaderValue>,
    url: Url,
    /// Whether the response created or refreshed the session. The next refresh may need the cookies of a response
    /// that created or refreshed the session.
    refreshes: bool,
}

impl Cookies {
    /// Reads the cookies of a stored session, which are `None` if an older version of this crate stored the session.
    pub(crate) fn stored(cookies: Option<&Value>) -> Option<Self> {
        cookies.map_or_else(|| Some(Self::default()), |cookies| Self::deserialize(cookies).ok())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request to `url` carries at least one cookie.
    pub(crate) fn has_any(&self, url: &Url) -> bool {
        self.of(url, wall()).next().is_some()
    }

    /// Whether there are cookies for `url`, but all of them have expired.
    pub(crate) fn have_run_out(&self, url: &Url) -> bool {
        let now = wall();
        self.0.iter().any(|cookie| cookie.reaches(url)) && self.of(url, now).next().is_none()
    }

    /// Returns the time by which all cookies that a refresh at `url` needs have expired. Of the cookies from logins and
    /// refreshes, a refresh needs those with the longest path that matches `url`. Returns `None` if one of the needed
    /// cookies has no expiry.
    pub(crate) fn end_at(&self, url: &Url) -> Option<End> {
        let refreshing = || self.0.iter().filter(|cookie| cookie.refreshes && cookie.reaches(url));
        let path = refreshing().map(|cookie| cookie.path.len()).max()?;
        let nearest = refreshing().filter(|cookie| cookie.path.len() == path);
        let ends: Option<Vec<End>> = nearest.map(Cookie::end).collect();
        ends?.into_iter().max_by_key(|end| end.at)
    }

    /// Adds the cookies for `url` to the request headers, after the caller's cookies.
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
        // Longer paths come first. Among cookies with paths of the same length, older cookies come first (RFC 6265
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
        // A cookie with invalid characters cannot come from a response header. If any cookie has invalid characters, no
        // cookies are added to the request.
        if let Ok(mut value) = HeaderValue::from_bytes(&line) {
            value.set_sensitive(true);
            headers.insert(COOKIE, value);
        }
    }

    fn of<'a>(&'a self, url: &'a Url, now: SystemTime) -> impl Iterator<Item = &'a Cookie> {
        self.0.iter().filter(move |cookie| cookie.goes_to(url, now))
    }

    /// Adds a cookie. If the new cookie has already expired, the older cookie with the same name is removed, because
    /// this is how servers delete a cookie. A stored cookie is kept after its expiry, so that the end of the session
    /// remains known.
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

/// Applies the limits to cookies from a store, because an older version of this crate did not limit the number of
/// cookies.
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

    /// Marks the response as one that created or refreshed the session. The cookies of a marked response are
    /// evicted only if the session has no other cookies.
    pub(crate) fn that_refresh(self) -> Self {
        Self { refreshes: true, ..self }
    }

    /// Returns the lifetime of the cookie that expires first, or `None` if no cookie has an expiry.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        let now = wall();
        let cookies = self.lines.iter().filter_map(|line| std::str::from_utf8(line.as_bytes()).ok());
        let cookies = cookies.filter_map(|line| Cookie::parse(line, &self.url, now));
        cookies.filter_map(|cookie| cookie.lifetime(now)).min()
    }

    /// Applies the response's cookies to `cookies`. As in a browser, a cookie that RFC 6265 rejects is ignored.
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
