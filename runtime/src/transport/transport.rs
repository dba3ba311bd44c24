//! What sends a request: reqwest, or any tower service of the same shape.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use http_body::{Frame, SizeHint};
use reqwest::Request;
use reqwest::redirect::Policy;
use reqwest::retry::never;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};
use url::Url;

use crate::error::{BoxError, Error};
use crate::format::set_cookie::has_set_cookie;
#[cfg(feature = "hyper")]
use crate::transport::hyper::client::{Exchange, HyperTransport};
use crate::transport::response::Response;

#[derive(Clone)]
pub(crate) enum Transport {
    /// Follows no redirects: the runtime does, and decides at each hop who may see a credential.
    Own(reqwest::Client),
    /// The user's client, which may follow redirects by itself.
    Given(reqwest::Client),
    #[cfg(feature = "hyper")]
    Lean(Box<HyperTransport>),
    Service(BoxCloneSyncService<Request, reqwest::Response, BoxError>),
}

impl Transport {
    /// For the API at `base`.
    pub(crate) fn own(base: &Url) -> Result<Self, Error> {
        let mut builder = reqwest::Client::builder().redirect(Policy::none());
        if is_http1(base) {
            // What reqwest sends again are streams that HTTP/2 refused, and it keeps a copy of each request for it.
            builder = builder.retry(never().max_retries_per_request(0));
        }
        let client = builder.build();
        client.map(Self::Own).map_err(|error| Error::builder("reqwest cannot be set up").with_source(error))
    }

    pub(crate) fn service<S>(service: S) -> Self
    where
        S: Service<Request, Response = reqwest::Response> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        // A reqwest client is a service too, and one that follows redirects by itself.
        if let Some(client) = (&service as &dyn Any).downcast_ref::<reqwest::Client>() {
            return Self::Given(client.clone());
        }
        // And this one would have to make reqwest's response of its own.
        #[cfg(feature = "hyper")]
        if let Some(lean) = (&service as &dyn Any).downcast_ref::<HyperTransport>() {
            return Self::Lean(Box::new(lean.clone()));
        }
        Self::Service(BoxCloneSyncService::new(service.map_err(Into::into)))
    }

    /// Refuses an address that nothing could ever be sent to.
    #[cfg_attr(
        not(feature = "hyper"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "reqwest says so itself, at the first call"
        )
    )]
    pub(crate) fn check(&self, base: &Url) -> Result<(), Error> {
        match self {
            #[cfg(feature = "hyper")]
            Self::Lean(lean) => lean
                .check(base)
                .map_err(|error| Error::builder("the base URL cannot be reached").with_source(error)),
            _ => Ok(()),
        }
    }

    /// The `Host` header of what goes to the API at `base`, where it is known that one is sent. hyper would write it
    /// anew for each request, at the price of a thirtieth of a call.
    pub(crate) fn host(&self, base: &Url) -> Option<HeaderValue> {
        let host = base.host_str().filter(|_| matches!(self, Self::Own(_)) && is_http1(base))?;
        let text = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
    }

    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Self::Service(_))
    }

    /// Hands the request over at once, so that who waits for the answer has no room for it.
    pub(crate) fn send(&self, request: Request) -> Sent {
        Sent(match self {
            Self::Own(client) | Self::Given(client) => UnderWay::Reqwest({ client }.call(request)),
            #[cfg(feature = "hyper")]
            Self::Lean(lean) => UnderWay::Lean(lean.exchange(request)),
            Self::Service(service) => UnderWay::Service(Box::pin(service.clone().oneshot(request))),
        })
    }

    /// Whether a redirect could carry off a request before the runtime sees it.
    ///
    /// reqwest has no question for this; its `Debug` output names any policy but the default one, which
    /// follows.
    pub(crate) fn follows_redirects(&self) -> bool {
        match self {
            Self::Given(client) => !format!("{client:?}").contains("redirect_policy: \"Policy(None)\""),
            Self::Own(_) | Self::Service(_) => false,
            #[cfg(feature = "hyper")]
            Self::Lean(_) => false,
        }
    }
}

/// Whether reqwest speaks HTTP/1.1 there and nothing else: only TLS lets a server choose.
fn is_http1(base: &Url) -> bool {
    base.scheme() == "http"
}

/// A request under way, to its answer.
pub(crate) struct Sent(UnderWay);

enum UnderWay {
    Reqwest(<&'static reqwest::Client as Service<Request>>::Future),
    Service(Pin<Box<dyn Future<Output = Result<reqwest::Response, BoxError>> + Send>>),
    #[cfg(feature = "hyper")]
    Lean(Exchange),
    /// It does not go out.
    Refused(Option<Error>),
}

impl Sent {
    pub(crate) fn refused(error: Error) -> Self {
        Self(UnderWay::Refused(Some(error)))
    }
}

impl Future for Sent {
    type Output = Result<Response, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match &mut self.0 {
            UnderWay::Reqwest(sent) => {
                ready!(Pin::new(sent).poll(context)).map(Response::from).map_err(BoxError::from)
            }
            #[cfg(feature = "hyper")]
            UnderWay::Lean(sent) => ready!(Pin::new(sent).poll(context)).map(Response::from),
            UnderWay::Service(sent) => ready!(sent.as_mut().poll(context)).map(Response::from),
            UnderWay::Refused(error) => match error.take() {
                Some(error) => return Poll::Ready(Err(error)),
                None => return Poll::Pending,
            },
        };
        Poll::Ready(answer.map_err(Error::transport).map(|mut response| {
            if has_set_cookie(response.headers()) {
                hide_cookies(response.headers_mut());
            }
            response
        }))
    }
}

/// So that nobody who prints the headers prints a session.
#[cold]
fn hide_cookies(headers: &mut HeaderMap) {
    for (name, line) in headers {
        if name == SET_COOKIE {
            line.set_sensitive(true);
        }
    }
}

/// Makes the body one that nobody can send a second time, so that a client that follows redirects by itself
/// cannot carry it elsewhere.
pub(crate) fn forbid_repeat(request: &mut Request) {
    let bytes = request.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice);
    if let Some(bytes) = bytes {
        *request.body_mut() = Some(reqwest::Body::wrap(OnlyOnce(Some(bytes))));
    }
}

/// Bytes of known length that do not say that they are bytes.
struct OnlyOnce(Option<Bytes>);

impl http_body::Body for OnlyOnce {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own(_) => "reqwest",
            Self::Given(_) => "reqwest, given",
            #[cfg(feature = "hyper")]
            Self::Lean(_) => "hyper-util",
            Self::Service(_) => "a tower service",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_client_that_follows_redirects_is_told_from_one_that_does_not() {
        let client = |policy| reqwest::Client::builder().redirect(policy).build().unwrap();
        assert!(Transport::Given(reqwest::Client::new()).follows_redirects());
        assert!(Transport::Given(client(Policy::limited(3))).follows_redirects());
        assert!(!Transport::Given(client(Policy::none())).follows_redirects());
    }
}
