//! [`Transport`] sends requests with the browser's `fetch` function. In browser builds, this file replaces
//! `transport.rs`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::HeaderValue;
use web_sys::RequestCredentials as Mode;

use crate::error::Error;
use crate::platform::fetch::{Fetch, fetch};
use crate::platform::messages::Request;
use crate::platform::url::Url;
use crate::transport::credentials::RequestCredentials;
use crate::transport::harmless::is_harmless;
use crate::transport::response::Response;

/// The browser's transport, which manages connections and cookies and follows redirects itself.
#[derive(Clone, Copy)]
pub(crate) struct Transport {
    credentials: RequestCredentials,
}

#[expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the signatures must match the native transport"
)]
impl Transport {
    pub(crate) fn own(_: &Url) -> Result<Self, Error> {
        Ok(Self { credentials: RequestCredentials::default() })
    }

    pub(crate) fn with_credentials(self, credentials: RequestCredentials) -> Self {
        Self { credentials }
    }

    /// Returns a copy that does not have its own connections, because all requests share the browser's connections.
    pub(crate) fn with_own_connections(&self, _: &Url) -> Result<Self, Error> {
        Ok(*self)
    }

    pub(crate) fn check(&self, _: &Url) -> Result<(), Error> {
        Ok(())
    }

    /// Returns `None`, because the browser sets the `Host` header.
    pub(crate) fn host(&self, _: &Url) -> Option<HeaderValue> {
        None
    }

    pub(crate) fn is_service(&self) -> bool {
        false
    }

    pub(crate) fn follows_redirects(&self) -> bool {
        true
    }

    /// Sends the request. When the browser follows a redirect to another origin, it sends the body and all headers
    /// except `authorization`. The browser does not follow a redirect if the request has a body, or a header that might
    /// contain a secret.
    pub(crate) fn send(&self, request: Request) -> Sent {
        let follows_redirects = request.body().is_none() && request.headers().keys().all(is_harmless);
        self.start(request, follows_redirects)
    }

    /// Sends a request whose body or headers contain a secret. If a request contains a secret, the browser does not
    /// follow redirects. If the request body is smaller than 64 KiB, the request uses `keepalive`: the browser
    /// completes the request even if the page is closed. Without `keepalive`, the next refresh token could be lost if
    /// the page is closed during a refresh.
    pub(crate) fn send_secret(&self, mut request: Request) -> Sent {
        request.keep_alive();
        self.start(request, false)
    }

    fn start(&self, request: Request, follows_redirects: bool) -> Sent {
        let mode = match self.credentials {
            RequestCredentials::Include => Mode::Include,
            RequestCredentials::SameOrigin => Mode::SameOrigin,
            RequestCredentials::Omit => Mode::Omit,
        };
        Sent(fetch(request, mode, follows_redirects))
    }
}

/// Waits for the response headers. Dropping this future aborts the request.
pub(crate) struct Sent(Fetch);

impl Future for Sent {
    type Output = Result<Response, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.0).poll(context));
        Poll::Ready(answer.map(Response::from).map_err(|error| Error::transport(error.into())))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fetch")
    }
}
