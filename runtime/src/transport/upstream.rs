//! [`Upstream`] contains an API's base URL, default headers and transport. An [`Upstream`] has no session, so it does
//! not add a credential to a request.

use std::fmt;

use http::header::HOST;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::declaration::statuses::Statuses;
use crate::error::Error;
use crate::platform::IN_BROWSER;
use crate::platform::messages::Request;
use crate::platform::url::{ParseError, Url, ascii_origin};
use crate::transport::harmless::is_harmless;
use crate::transport::origin::Origin;
use crate::transport::response::Response;
use crate::transport::transport::{Sent, Transport};

/// A client's transport, base URL and default headers.
pub struct Upstream {
    pub(crate) transport: Transport,
    pub(crate) origin: Origin,
    pub(crate) base: Url,
    pub(crate) headers: HeaderMap,
    /// The prepared `Host` header, or `None` if the transport sets the header itself.
    pub(crate) host: Option<HeaderValue>,
    pub(crate) follows_redirects: bool,
}

impl Upstream {
    /// Sends a request whose body or headers contain a secret, such as a login or a refresh. The request is sent only
    /// to the API's own origin.
    pub(crate) fn send_secret(&self, request: Request) -> Sent {
        #[cfg(not(target_family = "wasm"))]
        if let Err(error) = self.check_headers(request.headers().keys()) {
            return Sent::refused(error);
        }
        self.transport.send_secret(request)
    }

    /// Returns an error if the transport might send one of the given headers to another origin.
    pub(crate) fn check_headers<'a>(
        &self,
        mut names: impl Iterator<Item = &'a HeaderName>,
    ) -> Result<(), Error> {
        match names.find(|name| self.leaks_by_redirects() && !is_harmless(name)) {
            Some(name) => Err(redirects_leak(format_args!("the header `{name}`"))),
            None => Ok(()),
        }
    }

    /// Returns whether the transport might send headers to other origins by following redirects. A browser also follows
    /// redirects, but the runtime lets the browser redirect only requests without secret headers.
    pub(crate) fn leaks_by_redirects(&self) -> bool {
        self.follows_redirects && !IN_BROWSER
    }

    /// Returns a copy of this `Upstream`. If the transport is the runtime's own client, the returned copy opens
    /// separate connections.
    pub(crate) fn with_connections_of_its_own(&self) -> Result<Self, Error> {
        Ok(Self {
            transport: self.transport.with_own_connections(&self.base)?,
            origin: self.origin.clone(),
            base: self.base.clone(),
            headers: self.headers.clone(),
            host: self.host.clone(),
            follows_redirects: self.follows_redirects,
        })
    }

    /// Returns the path of the base URL without a trailing slash. A method's path is appended to the returned path.
    pub(crate) fn path(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// Returns the URL of this API at `path`, which can contain a query.
    ///
    /// The scheme, host and port come from the base URL and are not parsed again.
    pub(crate) fn url(&self, path: &str) -> Result<Url, ParseError> {
        if stays_at_origin(path) {
            return self.base.join(path);
        }
        Url::parse(&[&*ascii_origin(&self.base), path].concat())
    }

    /// Adds the `Host` header and the default headers that the request does not already set.
    pub(crate) fn add_defaults(&self, request: &mut Request) {
        self.add_default_headers(request);
        if let Some(host) = &self.host {
            request.headers_mut().entry(HOST).or_insert_with(|| host.clone());
        }
    }

    /// Adds the default headers that the request does not already set.
    pub(crate) fn add_default_headers(&self, request: &mut Request) {
        for name in self.headers.keys() {
            if !request.headers().contains_key(name) {
                for value in self.headers.get_all(name) {
                    request.headers_mut().append(name.clone(), value.clone());
                }
            }
        }
    }

    /// Returns a default header, if any, that the transport would leak to another origin by following redirects.
    pub(crate) fn exposed_default(&self) -> Option<&HeaderName> {
        self.headers.keys().find(|name| self.leaks_by_redirects() && !is_harmless(name))
    }

    /// Returns an error if `statuses` contains the status of a redirect that the transport follows itself.
    pub(crate) fn check_refresh_on(&self, statuses: Statuses<'_>) -> Result<(), Error> {
        let is_redirect = |status: &StatusCode| matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308);
        let followed = statuses.iter().find(is_redirect).filter(|_| self.follows_redirects);
        match followed.map(|status| status.as_u16()) {
            Some(status) if IN_BROWSER => Err(Error::builder(format!(
                "`refresh_on` contains the status {status}, but a browser follows this redirect itself. Use a different status"
            ))),
            Some(status) => Err(Error::builder(format!(
                "`refresh_on` contains the status {status}, but the given reqwest client follows this redirect itself. Build the client with \
                 `redirect(Policy::none())`"
            ))),
            None => Ok(()),
        }
    }

    pub(crate) fn is_own(&self, url: &Url) -> bool {
        self.origin.is_of(url)
    }

    /// Returns whether the transport followed a redirect to another origin before it received the response.
    pub(crate) fn came_from_elsewhere(&self, answer: &Response) -> bool {
        self.answered(answer).is_some_and(|url| !self.is_own(url))
    }

    /// Returns the URL from which the response came, if the transport might have followed redirects and reports the
    /// URL.
    pub(crate) fn answered<'a>(&self, answer: &'a Response) -> Option<&'a Url> {
        // The placeholder host that reqwest uses in the URL of a response that was created without a URL.
        const NO_URL: &str = "no.url.provided.local";
        let is_service = self.transport.is_service();
        if !self.follows_redirects && !is_service {
            return None;
        }
        answer.url().filter(|url| !is_service || url.host_str() != Some(NO_URL))
    }
}

/// Returns whether a URL with this `path` is certain to stay at the origin of the base URL.
fn stays_at_origin(path: &str) -> bool {
    match path.as_bytes() {
        // If a path starts with two slashes, the URL parser treats the text after the slashes as a host. The URL parser
        // treats a backslash as a slash and skips tabs and line breaks.
        [b'/', b'/' | b'\\' | ..=b' ', ..] => false,
        [b'/', ..] => true,
        _ => false,
    }
}

/// Returns the error for a client that follows redirects itself and would therefore send `what` to another origin.
pub(crate) fn redirects_leak(what: impl fmt::Display) -> Error {
    Error::builder(format!(
        "the reqwest client follows redirects itself and would send {what} to other origins. Build the client with \
         `redirect(Policy::none())`; afresh then follows the redirects"
    ))
}

/// The `Debug` output omits the default headers, which can contain secrets.
impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(base: &str) -> Upstream {
        let base = Url::parse(base).unwrap();
        Upstream {
            transport: Transport::own(&base).unwrap(),
            origin: Origin::of(&base),
            host: None,
            base,
            headers: HeaderMap::new(),
            follows_redirects: false,
        }
    }

    #[test]
    fn a_host_header_of_the_user_replaces_the_prepared_one() {
        let base = "http://shop.test:8080";
        let url: Url = base.parse().unwrap();
        let host = |headers: HeaderMap, own: Option<&'static str>| {
            let prepared = Transport::own(&url).unwrap().host(&url);
            let upstream = Upstream { host: prepared, headers, ..upstream(base) };
            let mut request = Request::new(http::Method::GET, url.clone());
            own.map(|own| request.headers_mut().insert(HOST, HeaderValue::from_static(own)));
            upstream.add_defaults(&mut request);
            let hosts: Vec<_> = request.headers().get_all(HOST).iter().cloned().collect();
            hosts
        };
        let default = HeaderMap::from_iter([(HOST, HeaderValue::from_static("default.test"))]);
        assert_eq!(host(HeaderMap::new(), None), ["shop.test:8080"]);
        assert_eq!(host(default.clone(), None), ["default.test"]);
        assert_eq!(host(default, Some("own.test")), ["own.test"]);
        let secure = "https://shop.test".parse().unwrap();
        assert_eq!(Transport::own(&secure).unwrap().host(&secure), None, "HTTP/2 has no `Host` header");
    }

    /// N6: a method's path cannot change the host of the URL. For each path, the returned URL equals the URL that the
    /// parser produces from the base URL and the path together.
    #[test]
    fn no_path_leads_to_another_host() {
        let paths = [
            "/",
            "",
            "/a",
            "a",
            ":80/a",
            "@evil.test/a",
            ".evil.test/a",
            "//evil.test/a",
            "/\\evil.test/a",
            "\\\\evil.test",
            "/\t/evil.test/a",
            "/\n\\evil.test",
            "///evil.test",
            "/a//evil.test",
            "/a/../../b",
            "/http://evil.test",
            "http://evil.test",
            "/?q=//evil.test",
            "?q=1",
            "/a?q=a b",
            "/a#b",
            " /a ",
            "/ /evil.test",
            "/%2F/evil.test",
            "/\u{7f}/a",
            "/ä?ö",
        ];
        for base in ["https://shop.test", "https://shop.test:8443/", "https://[::1]/"] {
            let upstream = upstream(base);
            for path in paths {
                let whole = Url::parse(&format!("{}{path}", base.trim_end_matches('/')));
                assert_eq!(upstream.url(path), whole, "{base} {path:?}");
            }
        }
    }
}
