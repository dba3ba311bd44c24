//! The next request after a redirect, and which headers it may carry: [`Hop`].

use http::header::{self, HeaderName};
use http::{HeaderMap, Method, StatusCode};

use super::response::Response;
use super::upstream::Upstream;
use crate::error::{Error, Kind};
use crate::platform::url::{Url, ascii_origin};

/// As many redirects as reqwest follows.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// The request that is sent next.
pub(crate) struct Hop {
    /// `None` for the first request, which goes to the URL of the call.
    pub(crate) url: Option<Url>,
    pub(crate) method: Method,
    /// A body that was dropped at one redirect is not sent at a later one.
    pub(crate) keeps_body: bool,
    /// Whether any redirect so far led to another origin. That origin chose all later URLs, so no more credentials are
    /// sent, not even to the client's own origin.
    pub(crate) left_origin: bool,
}

impl Hop {
    pub(crate) fn first(method: Method) -> Self {
        Self { url: None, method, keeps_body: true, left_origin: false }
    }

    /// The next request after `response`, which answered this request at `url`. `None` if it is not a redirect that can
    /// be followed.
    ///
    /// RFC 9110 §15.4: 307 and 308 repeat the request. 303 asks for the result by GET, and so do 301 and 302 after a
    /// POST.
    pub(crate) fn next(&self, response: &Response, url: &Url, upstream: &Upstream) -> Option<Self> {
        let repeats = match response.status() {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method != Method::POST,
            StatusCode::SEE_OTHER => self.method == Method::GET || self.method == Method::HEAD,
            _ => return None,
        };
        let location = response.headers().get(header::LOCATION)?;
        let url = url.join(std::str::from_utf8(location.as_bytes()).ok()?).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let method = if repeats { self.method.clone() } else { Method::GET };
        let left_origin = self.left_origin || !upstream.is_own(&url);
        Some(Self { url: Some(url), method, keeps_body: repeats && self.keeps_body, left_origin })
    }
}

/// The error of a redirect that would take the body to the other origin of `url`.
pub(crate) fn body_leaves(url: &Url) -> Error {
    let origin = ascii_origin(url);
    Error::new(
        Kind::Transport,
        format!(
            "the server redirects the call and its body to another origin, `{origin}`. If the body may go there, name \
             the origin in `follow_to`"
        ),
    )
}

/// Removes the headers that were meant for the client's own origin.
pub(crate) fn strip_secrets(headers: &mut HeaderMap, token_header: &HeaderName) {
    const ALWAYS: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION];
    for name in ALWAYS.iter().chain([token_header]) {
        headers.remove(name);
    }
    let sensitive: Vec<HeaderName> =
        headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.clone()).collect();
    for name in sensitive {
        headers.remove(name);
    }
}
