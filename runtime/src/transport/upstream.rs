//! The address of an API and the transport to it, without a session: [`Upstream`]. Requests carry what the caller
//! put in and nothing else.

use std::fmt;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Request;
use url::{ParseError, Url};

use crate::error::Error;
use crate::transport::origin::Origin;
use crate::transport::response::Response;
use crate::transport::transport::{Sent, Transport, forbid_repeat};

/// The transport, the base URL and the default headers of a client.
pub struct Upstream {
    pub(crate) transport: Transport,
    pub(crate) origin: Origin,
    pub(crate) base: Url,
    pub(crate) headers: HeaderMap,
    /// The `Host` header, where the transport has it made but once.
    pub(crate) host: Option<HeaderValue>,
    /// Whether the transport follows redirects before the runtime sees them.
    pub(crate) follows_redirects: bool,
}

impl Upstream {
    /// Sends a request that holds a secret beside the usual headers, as a login or a refresh does, to this
    /// origin and no other.
    pub(crate) fn send_secret(&self, mut request: Request) -> Sent {
        if self.follows_redirects {
            if let Some(name) = request.headers().keys().find(|name| !self.is_harmless(name)) {
                return Sent::refused(redirects_leak(name));
            }
            forbid_repeat(&mut request);
        }
        self.transport.send(request)
    }

    /// The path of the base URL, without a slash at its end: a method's path follows.
    pub(crate) fn path(&self) -> &str {
        self.base.path().trim_end_matches('/')
    }

    /// The URL of this API at `path`, which may have a query.
    ///
    /// Scheme, host and port are those of the base URL and are not parsed again.
    pub(crate) fn url(&self, path: &str) -> Result<Url, ParseError> {
        if stays_at_origin(path) {
            return self.base.join(path);
        }
        Url::parse(&[&*self.base.origin().ascii_serialization(), path].concat())
    }

    /// Adds the default headers that the request does not set itself.
    pub(crate) fn add_defaults(&self, request: &mut Request) {
        for name in self.headers.keys() {
            if !request.headers().contains_key(name) {
                for value in self.headers.get_all(name) {
                    request.headers_mut().append(name.clone(), value.clone());
                }
            }
        }
        if let Some(host) = &self.host {
            request.headers_mut().entry(HOST).or_insert_with(|| host.clone());
        }
    }

    /// Refuses redirects among the statuses that refuse a credential, if the transport follows them before the runtime
    /// sees them.
    pub(crate) fn check_refresh_on(&self, statuses: &[u16]) -> Result<(), Error> {
        let followed = |status: &&u16| matches!(status, 301 | 302 | 303 | 307 | 308);
        match statuses.iter().find(followed).filter(|_| self.follows_redirects) {
            Some(status) => Err(Error::builder(format!(
                "`refresh_on` has the status {status}, and the given reqwest client follows it by itself. Build the client with \
                 `redirect(Policy::none())`"
            ))),
            None => Ok(()),
        }
    }

    pub(crate) fn is_own(&self, url: &Url) -> bool {
        self.origin.is_of(url)
    }

    /// Whether an answer came from another origin than the one asked: a transport may have followed
    /// redirects by itself.
    pub(crate) fn came_from_elsewhere(&self, answer: &Response) -> bool {
        // What `http::Response` becomes when it does not say its URL, as in-memory services make it.
        const NO_URL: &str = "no.url.provided.local";
        let is_service = self.transport.is_service();
        if !self.follows_redirects && !is_service {
            return false;
        }
        let Some(url) = answer.url() else { return false };
        let says_nothing = is_service && url.host_str() == Some(NO_URL);
        !says_nothing && !self.is_own(url)
    }

    /// Whether a header may follow a redirect that reqwest follows by itself: it drops these, or they hold no
    /// secret, or the user gave them for every request.
    fn is_harmless(&self, name: &HeaderName) -> bool {
        const HARMLESS: [HeaderName; 6] =
            [AUTHORIZATION, COOKIE, CONTENT_TYPE, CONTENT_LENGTH, ACCEPT, USER_AGENT];
        HARMLESS.contains(name) || self.headers.contains_key(name)
    }
}

/// Whether `path` can lead nowhere but to the origin of the base URL.
fn stays_at_origin(path: &str) -> bool {
    match path.as_bytes() {
        // After a second slash the parser looks for another host. It takes a backslash for a slash, and does
        // not see tabs and line breaks.
        [b'/', b'/' | b'\\' | ..=b' ', ..] => false,
        [b'/', ..] => true,
        _ => false,
    }
}

/// What a transport that follows redirects by itself would carry off.
pub(crate) fn redirects_leak(header: &HeaderName) -> Error {
    Error::builder(format!(
        "the given reqwest client follows redirects by itself and would carry the header `{header}` to other \
         origins: build it with `redirect(Policy::none())`, redirects are followed all the same"
    ))
}

/// The default headers stay out: they may be secrets.
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
    fn a_host_header_of_the_users_outranks_the_prepared_one() {
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
        assert_eq!(Transport::own(&secure).unwrap().host(&secure), None, "HTTP/2 has no such header");
    }

    /// N6: whatever stands in a path, it is a path, and the same as if the whole URL had been parsed.
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
