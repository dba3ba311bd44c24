//! One API's address and the way to it, without any session: [`Wire`]. What goes out here carries what the
//! caller put in and nothing else.

use http::HeaderMap;
use reqwest::{Request, Response};
use url::Url;

use crate::error::Error;
use crate::origin::Origin;
use crate::transport::Transport;

/// The transport, the base URL and the default headers of a client.
#[derive(Debug)]
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
    /// Sends as it is, after adding the default headers that the request does not set itself.
    pub(crate) async fn send(&self, mut request: Request) -> Result<Response, Error> {
        self.add_defaults(&mut request);
        self.transport.send(request).await
    }

    pub(crate) fn add_defaults(&self, request: &mut Request) {
        for (name, value) in &self.headers {
            if !request.headers().contains_key(name) {
                request.headers_mut().append(name.clone(), value.clone());
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
        answer.url().host_str() != Some(NO_URL) && !self.is_home(answer.url())
    }
}
