//! [`Hop`] describes the next request after a redirect.

use http::header::{self, HeaderName};
use http::{HeaderMap, Method, StatusCode};

use super::response::Response;
use super::upstream::Upstream;
use crate::error::{Error, Kind};
use crate::platform::IN_BROWSER;
use crate::platform::url::{Url, ascii_origin};

/// The maximum number of redirects per call, which is the same as reqwest's default.
pub(crate) const MAX_REDIRECTS: usize = 10;

pub(crate) struct Hop {
    /// The URL of the next request, or `None` for the first request, which goes to the URL of the call.
    pub(crate) url: Option<Url>,
    pub(crate) method: Method,
    /// Whether the next request carries the call's body. After a redirect that drops the body, no later request carries
    /// the body.
    pub(crate) keeps_body: bool,
    /// Whether any redirect so far has pointed to another origin. Once a call has been redirected to another origin,
    /// the credential is no longer sent, not even to the client's own origin.
    pub(crate) left_origin: bool,
}

impl Hop {
    pub(crate) fn first(method: Method) -> Self {
        Self { url: None, method, keeps_body: true, left_origin: false }
    }

    /// Returns the next request if `response` is a redirect that can be followed. `url` is the URL from which
    /// `response` came.
    ///
    /// According to RFC 9110 §15.4, the request is repeated unchanged after a 307 or 308 response. After a 303
    /// response, or after a 301 or 302 response to a POST request, the next request is a GET request.
    ///
    /// A browser follows redirects itself and hides them from the page, so the result is `None` in a browser.
    pub(crate) fn next(&self, response: &Response, url: &Url, upstream: &Upstream) -> Option<Self> {
        if IN_BROWSER {
            return None;
        }
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

/// Returns the error for a redirect that would send the body to `url`, which is at another origin.
pub(crate) fn body_leaves(url: &Url) -> Error {
    let origin = ascii_origin(url);
    Error::new(
        Kind::Transport,
        format!(
            "the server redirects the call and its body to another origin, `{origin}`. To send the body there, add the origin to \
         `follow_to`"
        ),
    )
}

/// Removes the headers that only the client's own origin may receive.
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
