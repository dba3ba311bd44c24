//! A request as the test double received it, and the state of the request.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Uri};
use tokio::time::Instant;

/// A received request. Cloning a `Seen` is cheap, and every clone shows the current [`RequestState`].
#[derive(Clone)]
pub struct Seen(Arc<Inner>);

struct Inner {
    number: usize,
    at: Instant,
    request: http::Request<Bytes>,
    state: Mutex<RequestState>,
}

/// The state of a request, from when it arrives until its response body is read or dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// The request has not been answered yet.
    Waiting,
    /// The caller abandoned the request before it was answered.
    Abandoned,
    /// The request was answered with a transport error.
    Failed,
    /// The request was answered, and the caller has neither read the response body to the end nor dropped it.
    Answered(u16),
    /// The request was answered, and the response body was read to the end.
    BodyRead(u16),
    /// The request was answered, and the response body was dropped before it was read to the end.
    BodyDropped(u16),
}

impl RequestState {
    /// Returns the status of the response, or `None` if the request has no response.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Answered(status) | Self::BodyRead(status) | Self::BodyDropped(status) => Some(status),
            Self::Waiting | Self::Abandoned | Self::Failed => None,
        }
    }

    /// Returns whether the request is complete: it failed, it was abandoned, or its response body was read or dropped.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Answered(_))
    }
}

/// The timeout of a request. Only in-memory test doubles can see a request's timeout, because the client does not send
/// the timeout.
#[derive(Clone, Copy)]
pub(crate) struct RequestTimeout(pub(crate) Duration);

impl Seen {
    pub(crate) fn new(number: usize, request: http::Request<Bytes>) -> Self {
        Self(Arc::new(Inner {
            number,
            at: Instant::now(),
            request,
            state: Mutex::new(RequestState::Waiting),
        }))
    }

    pub(crate) fn set_state(&self, state: RequestState) {
        *self.0.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Returns the zero-based index of this request among all requests to its [`Stage`](crate::Stage),
    /// [`Authority`](crate::Authority) or [`World`](crate::World).
    #[must_use]
    pub fn number(&self) -> usize {
        self.0.number
    }

    /// Returns the arrival time on Tokio's clock.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.0.at
    }

    /// Returns the current state of the request.
    #[must_use]
    pub fn state(&self) -> RequestState {
        *self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the HTTP method, such as `GET`.
    #[must_use]
    pub fn method(&self) -> &str {
        self.0.request.method().as_str()
    }

    /// Returns the percent-encoded path as it was sent.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri().path()
    }

    /// Returns the query as it was sent, without the `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri().query()
    }

    /// Returns the HTTP method and the path, such as `GET /orders/7`.
    #[must_use]
    pub fn route(&self) -> String {
        format!("{} {}", self.method(), self.path())
    }

    /// Returns the whole URL. If the request arrived on a socket, the authority part of the URL is the value of the
    /// `host` header.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        self.0.request.uri()
    }

    /// Returns the host without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.uri().host().unwrap_or_default()
    }

    /// Returns the scheme, the host and, if the URL contains one, the port: `https://api.test`.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(self.uri())
    }

    /// Returns the value of the first header with the given name, if the value is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// Returns all headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.0.request.headers()
    }

    /// Returns the value of the `authorization` header without the scheme.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        let value = self.header("authorization")?;
        Some(value.split_once(' ').map_or(value, |(_scheme, token)| token))
    }

    /// Returns the value of the cookie with the given name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let lines = self.headers().get_all("cookie").iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Returns the complete body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.0.request.body()
    }

    /// Returns a hash of the body. The hash is the same in every run.
    #[must_use]
    pub fn body_hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.body().hash(&mut hasher);
        hasher.finish()
    }

    /// Returns the body as JSON, or `null` if the body is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.body()).unwrap_or_default()
    }

    /// Returns the timeout of the request, if the request was sent in memory.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.extension::<RequestTimeout>().map(|timeout| timeout.0)
    }

    /// Returns an extension of the request, if the request was sent in memory.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.request.extensions().get()
    }

    /// Returns the names of all parts in which two requests differ, such as `["header authorization"]`.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let parts = [
            ("method", self.method() == other.method()),
            ("url", self.uri() == other.uri()),
            ("body", self.body() == other.body()),
            ("timeout", self.timeout() == other.timeout()),
        ];
        let unequal = parts.into_iter().filter(|(_, equal)| !equal).map(|(part, _)| part.to_owned());
        let mut names: Vec<_> = self.headers().keys().chain(other.headers().keys()).collect();
        names.sort_by_key(|name| name.as_str());
        names.dedup();
        let headers = names.into_iter().filter(|name| {
            let ours = self.headers().get_all(*name).iter();
            !ours.eq(other.headers().get_all(*name).iter())
        });
        unequal.chain(headers.map(|name| format!("header {name}"))).collect()
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} {} ({:?})", self.number(), self.method(), self.uri(), self.state())
    }
}

pub(crate) fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    format!("{}://{authority}", uri.scheme_str().unwrap_or_default())
}
