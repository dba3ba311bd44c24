//! Defines [`Request`], a request that is sent with `fetch`. [`Request`] provides the methods of `reqwest::Request`
//! that the runtime uses.

use http::{HeaderMap, Method};

use super::body::Body;
use super::url::Url;

pub(crate) struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Body>,
    /// Whether the browser completes the request even if the page is closed.
    pub(super) keeps_alive: bool,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, keeps_alive: false }
    }

    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    pub(crate) fn method_mut(&mut self) -> &mut Method {
        &mut self.method
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn url_mut(&mut self) -> &mut Url {
        &mut self.url
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    pub(crate) fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    pub(crate) fn body_mut(&mut self) -> &mut Option<Body> {
        &mut self.body
    }

    /// Returns a copy of the request, or `None` if its body can be sent only once.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        let body = match &self.body {
            Some(body) => Some(body.try_clone()?),
            None => None,
        };
        Some(Self {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: self.headers.clone(),
            body,
            keeps_alive: self.keeps_alive,
        })
    }

    /// Lets the browser complete the request even if the page is closed. The body of a request that the browser
    /// completes after the page is closed must be smaller than 64 KiB.
    pub(crate) fn keep_alive(&mut self) {
        self.keeps_alive = true;
    }
}
