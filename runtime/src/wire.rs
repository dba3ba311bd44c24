//! One API's address and the way to it, without any session: [`Wire`]. What goes out here carries what the
//! caller put in and nothing else.

use std::fmt;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderName};
use reqwest::Request;
use url::Url;

use crate::error::Error;
use crate::origin::Origin;
use crate::response::Response;
use crate::transport::{Transport, forbid_repeat};

/// The transport, the base URL and the default headers of a client.
pub struct Wire {
    pub(crate) transport: Transport,
    pub(crate) origin: Origin,
    /// Without a slash at its end; a path follows.
    pub(crate) base: String,
    pub(crate) headers: HeaderMap,
    /// Whether the transport follows redirects before the runtime sees them.
    pub(crate) follows_redirects: bool,
}

impl Wire {
    /// Sends a request that holds a secret beside the usual headers, as a login or a refresh does, to this
    /// origin and no other.
    pub(crate) async fn send_secret(&self, mut request: Request) -> Result<Response, Error> {
        if self.follows_redirects {
            if let Some(name) = request.headers().keys().find(|name| !self.is_harmless(name)) {
                return Err(redirects_leak(name));
            }
            forbid_repeat(&mut request);
        }
        self.transport.send(request).await
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
    }

    pub(crate) fn is_home(&self, url: &Url) -> bool {
        self.origin.is_of(url)
    }

    /// Whether an answer came from another origin than the one asked: a transport may have followed
    /// redirects by itself.
    pub(crate) fn came_from_elsewhere(&self, answer: &Response) -> bool {
        // What `http::Response` becomes when it does not say its URL, as in-memory services make it.
        const NO_URL: &str = "no.url.provided.local";
        let Some(url) = answer.url() else { return false };
        let says_nothing = self.transport.is_service() && url.host_str() == Some(NO_URL);
        !says_nothing && !self.is_home(url)
    }

    /// Whether a header may follow a redirect that reqwest follows by itself: it drops these, or they hold no
    /// secret, or the user gave them for every request.
    fn is_harmless(&self, name: &HeaderName) -> bool {
        const HARMLESS: [HeaderName; 6] =
            [AUTHORIZATION, COOKIE, CONTENT_TYPE, CONTENT_LENGTH, ACCEPT, USER_AGENT];
        HARMLESS.contains(name) || self.headers.contains_key(name)
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
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("base", &self.base).finish_non_exhaustive()
    }
}
