//! Parses a cookie and decides where it is sent and when it expires, according to RFC 6265 and its revision, RFC
//! 6265bis.
//!
//! This crate implements the cookie rules itself, because the existing cookie crates would add a date library to the
//! user's program. Rules that only browsers need (for scripts, sites and the public suffix list) are omitted. A
//! session's cookies are sent only to the API's origin.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::limits::{LastUse, MAX_ATTRIBUTE, MAX_PAIR};
use crate::format::date;
use crate::format::loopback::{address_of, is_loopback};
use crate::platform::time::wall;
use crate::platform::url::{Url, canonical_host};
use crate::session::login_end::End;

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) path: String,
    pub(super) domain: String,
    host_only: bool,
    secure: bool,
    /// The expiration time in seconds since 1970, or `None` for a cookie without an expiration time.
    expires: Option<u64>,
    /// The cookie's lifetime in seconds, measured from the response that set the cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    /// Whether the cookie was set by a login or a refresh. The next refresh might need a cookie from a login or an
    /// earlier refresh.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) refreshes: bool,
    #[serde(skip)]
    pub(super) used: LastUse,
}

impl Cookie {
    /// Parses a `Set-Cookie` header of a response from `url` (RFC 6265 §5.2 and §5.3). Returns `None` if the header
    /// must be ignored.
    pub(super) fn parse(line: &str, url: &Url, now: SystemTime) -> Option<Self> {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=')?;
        let host = url.host_str()?;
        let mut cookie = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            path: default_path(url).to_owned(),
            domain: host.to_owned(),
            host_only: true,
            secure: false,
            expires: None,
            max_age: None,
            refreshes: false,
            used: LastUse::now(),
        };
        if cookie.name.len() + cookie.value.len() > MAX_PAIR {
            return None;
        }
        let (mut max_age, mut has_path) = (None, false);
        for attribute in attributes.split(';') {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            if value.len() > MAX_ATTRIBUTE {
                continue;
            }
            match key.trim().to_ascii_lowercase().as_str() {
                "expires" => cookie.expires = date::parse(value).map(seconds).or(cookie.expires),
                "max-age" => max_age = parse_max_age(value, now).or(max_age),
                "domain" => cookie.set_domain(value, host)?,
                "path" => {
                    has_path = value.starts_with('/');
                    if has_path { value } else { default_path(url) }.clone_into(&mut cookie.path);
                }
                "secure" => cookie.secure = true,
                _ => {}
            }
        }
        cookie.expires = max_age.or(cookie.expires);
        cookie.max_age = cookie.lifetime(now).map(|lifetime| lifetime.as_secs());
        let valid = !cookie.name.is_empty() && cookie.belongs_to(url) && cookie.keeps_prefix(url, has_path);
        valid.then_some(cookie)
    }

    /// Whether the cookie meets the requirements of its name's prefix. Only the prefixes `__Host-` and `__Secure-` have
    /// requirements (RFC 6265bis §4.1.3).
    fn keeps_prefix(&self, url: &Url, has_path: bool) -> bool {
        let has_prefix = |prefix: &str| {
            self.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let is_secure = self.secure && is_secure(url);
        if has_prefix("__Host-") {
            return is_secure && self.host_only && has_path && self.path == "/";
        }
        is_secure || !has_prefix("__Secure-")
    }

    fn set_domain(&mut self, value: &str, host: &str) -> Option<()> {
        let value = value.strip_prefix('.').unwrap_or(value);
        self.host_only = value.is_empty();
        // `canonical_host` normalizes the domain as the URL parser does, so that the domain can be compared with a
        // URL's host.
        self.domain = if self.host_only { host.to_owned() } else { canonical_host(value)? };
        Some(())
    }

    pub(super) fn replaces(&self, other: &Self) -> bool {
        self.name == other.name && self.domain == other.domain && self.path == other.path
    }

    pub(super) fn is_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|expires| expires <= seconds(now))
    }

    pub(super) fn lifetime(&self, now: SystemTime) -> Option<Duration> {
        self.expires?.checked_sub(seconds(now)).filter(|left| *left > 0).map(Duration::from_secs)
    }

    pub(super) fn end(&self) -> Option<End> {
        let at = UNIX_EPOCH.checked_add(Duration::from_secs(self.expires?))?;
        // Older versions of this crate stored cookies without `max_age`. For a cookie without `max_age`, the time until
        // the cookie expires is used as the lifetime.
        let left = || self.lifetime(wall()).unwrap_or_default();
        let end = End::read(at, self.max_age.map_or_else(left, Duration::from_secs))?;
        Some(self.used.received().map_or(end, |received| end.named_at(received)))
    }

    /// Whether a request to `url` carries this cookie (RFC 6265 §5.4).
    pub(super) fn goes_to(&self, url: &Url, now: SystemTime) -> bool {
        !self.is_expired(now) && self.reaches(url)
    }

    /// Whether this cookie matches `url`, regardless of whether the cookie has expired.
    pub(super) fn reaches(&self, url: &Url) -> bool {
        self.belongs_to(url) && path_matches(&self.path, url.path()) && (!self.secure || is_secure(url))
    }

    /// Whether the host of `url` matches this cookie's domain (RFC 6265 §5.1.3).
    fn belongs_to(&self, url: &Url) -> bool {
        let Some(host) = url.host_str() else { return false };
        let Some(rest) = host.strip_suffix(self.domain.as_str()) else { return false };
        rest.is_empty() || !self.host_only && rest.ends_with('.') && address_of(host).is_none()
    }
}

/// Whether a `Secure` cookie may be sent to `url`.
fn is_secure(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

/// Returns the default path of a cookie: the request path up to its last slash (RFC 6265 §5.1.4).
fn default_path(url: &Url) -> &str {
    let parent = url.path().rsplit_once('/').map_or("", |(parent, _)| parent);
    if parent.starts_with('/') { parent } else { "/" }
}

/// Whether a cookie's path matches a request's path (RFC 6265 §5.1.4).
fn path_matches(cookie: &str, request: &str) -> bool {
    let rest = request.strip_prefix(cookie);
    rest.is_some_and(|rest| rest.is_empty() || cookie.ends_with('/') || rest.starts_with('/'))
}

/// Parses the value of `Max-Age` (RFC 6265 §5.2.2). Returns the expiration time in seconds since 1970, or `None` if the
/// value is not a number.
fn parse_max_age(value: &str, now: SystemTime) -> Option<u64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if value.len() > digits.len() {
        return Some(0);
    }
    // A `Max-Age` value that does not fit in a `u64` is longer than any session.
    let age: u64 = digits.parse().unwrap_or(u64::MAX);
    Some(if age == 0 { 0 } else { seconds(now).saturating_add(age) })
}

fn seconds(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}
