//! [`Transport`] sends a request with reqwest, hyper, or a tower service.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use reqwest::Request;
use reqwest::redirect::Policy;
use reqwest::retry::never;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

use crate::error::{BoxError, Error};
use crate::format::loopback::is_loopback;
use crate::platform::url::Url;
#[cfg(feature = "hyper")]
use crate::transport::hyper::client::{HyperFuture, HyperTransport};
use crate::transport::only_once::forbid_repeat;
use crate::transport::response::Response;

#[derive(Clone)]
pub(crate) enum Transport {
    /// The reqwest client that the runtime creates by default, which does not follow redirects. At each redirect, the
    /// runtime decides whether to send the credential.
    Own(Own),
    /// A reqwest client that the user configured.
    Given {
        client: reqwest::Client,
        follows_redirects: bool,
    },
    #[cfg(feature = "hyper")]
    Hyper(Box<HyperTransport>),
    Service(BoxCloneSyncService<Request, reqwest::Response, BoxError>),
}

impl Transport {
    /// Creates the runtime's default reqwest client for the API at `base`.
    pub(crate) fn own(base: &Url) -> Result<Self, Error> {
        let proxies = !is_loopback(base);
        let client = own_client(is_http1(base), proxies);
        let client = client.map_err(|error| {
            let text = "reqwest cannot be set up. Check the TLS features and the system's certificates";
            Error::builder(text).with_source(error)
        })?;
        Ok(Self::Own(Own { client, without_proxy: proxies.then(Arc::default) }))
    }

    /// Returns a copy of this transport. If the transport is the runtime's default reqwest client, the returned copy
    /// opens its own connections.
    pub(crate) fn with_own_connections(&self, base: &Url) -> Result<Self, Error> {
        match self {
            Self::Own(_) => Self::own(base),
            given => Ok(given.clone()),
        }
    }

    /// Creates a transport from a builder that the user configured, and disables redirects.
    pub(crate) fn finish(builder: reqwest::ClientBuilder) -> Result<Self, Error> {
        let client = builder.redirect(Policy::none()).build().map_err(|error| {
            let text = "reqwest cannot be initialized. Check the settings of the reqwest builder";
            Error::builder(text).with_source(error)
        })?;
        Ok(Self::Given { client, follows_redirects: false })
    }

    /// reqwest does not report whether a client follows redirects. A client's `Debug` output shows the client's
    /// redirect policy, unless it is the default policy, which follows redirects. If the `Debug` output has an unknown
    /// format, the client is treated as one that follows redirects.
    pub(crate) fn given(client: reqwest::Client) -> Self {
        let follows_redirects = !format!("{client:?}").contains("redirect_policy: \"Policy(None)\"");
        Self::Given { client, follows_redirects }
    }

    pub(crate) fn service<S>(service: S) -> Self
    where
        S: Service<Request, Response = reqwest::Response> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
    {
        // A reqwest client is also a tower service, and it can follow redirects itself.
        if let Some(client) = (&service as &dyn Any).downcast_ref::<reqwest::Client>() {
            return Self::given(client.clone());
        }
        // As a tower service, `HyperTransport` would convert each response into a reqwest response.
        #[cfg(feature = "hyper")]
        if let Some(hyper) = (&service as &dyn Any).downcast_ref::<HyperTransport>() {
            return Self::Hyper(Box::new(hyper.clone()));
        }
        Self::Service(BoxCloneSyncService::new(service.map_err(Into::into)))
    }

    /// Returns an error if the transport does not support the URL's scheme.
    #[cfg_attr(
        not(feature = "hyper"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "reqwest itself reports the unsupported scheme on the first call"
        )
    )]
    pub(crate) fn check(&self, base: &Url) -> Result<(), Error> {
        match self {
            #[cfg(feature = "hyper")]
            Self::Hyper(hyper) => hyper.check(base).map_err(|error| {
                let text = "the transport does not support the base URL. Check the TLS features";
                Error::builder(text).with_source(error)
            }),
            _ => Ok(()),
        }
    }

    /// Returns the prepared `Host` header for requests to the API at `base`, if these requests are certain to use
    /// HTTP/1.1. Without the prepared `Host` header, hyper would format the header for each request. Formatting the
    /// `Host` header takes about 3% of a call's instructions.
    pub(crate) fn host(&self, base: &Url) -> Option<HeaderValue> {
        let host = base.host_str().filter(|_| matches!(self, Self::Own(_)) && is_http1(base))?;
        let text = base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
    }

    pub(crate) fn is_service(&self) -> bool {
        matches!(self, Self::Service(_))
    }

    /// Passes the request to the transport immediately, so the future of a waiting call does not contain the request.
    #[inline]
    pub(crate) fn send(&self, request: Request) -> Sent {
        Sent(match self {
            #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
            Self::Own(own) if request.url().scheme() == "https" => {
                SendFuture::Service(Box::pin(send_without_tls({ own.client(request.url()) }.call(request))))
            }
            Self::Own(own) => SendFuture::Reqwest({ own.client(request.url()) }.call(request)),
            Self::Given { client, .. } => SendFuture::Reqwest({ client }.call(request)),
            #[cfg(feature = "hyper")]
            Self::Hyper(hyper) => SendFuture::Hyper(hyper.send(request)),
            Self::Service(service) => SendFuture::Service(Box::pin(service.clone().oneshot(request))),
        })
    }

    /// Sends a request whose body or headers contain a secret. The body can be sent only once, so even a client that
    /// follows redirects on its own cannot send the body to another origin.
    pub(crate) fn send_secret(&self, mut request: Request) -> Sent {
        if self.follows_redirects() {
            forbid_repeat(&mut request);
        }
        self.send(request)
    }

    /// Returns whether the transport follows redirects itself and thereby hides them from the runtime.
    pub(crate) fn follows_redirects(&self) -> bool {
        matches!(self, Self::Given { follows_redirects: true, .. })
    }
}

/// The runtime's default reqwest client.
#[derive(Clone)]
pub(crate) struct Own {
    client: reqwest::Client,
    /// A client without a proxy, which is used for redirects to the local machine. The outer `None` means that `client`
    /// does not use a proxy. The inner `None` means that the client without a proxy could not be built.
    without_proxy: Option<Arc<OnceLock<Option<reqwest::Client>>>>,
}

impl Own {
    /// Requests to the local machine must not go through a system proxy, because they can use plain `http`.
    fn client(&self, url: &Url) -> &reqwest::Client {
        let without_proxy = self.without_proxy.as_ref().filter(|_| is_loopback(url));
        let client =
            without_proxy.and_then(|client| client.get_or_init(|| own_client(false, false).ok()).as_ref());
        client.unwrap_or(&self.client)
    }
}

fn own_client(is_http1: bool, proxies: bool) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder().redirect(Policy::none());
    if is_http1 {
        // By default, reqwest copies each request so that the copy can be sent if an HTTP/2 server refuses the request.
        builder = builder.retry(never().max_retries_per_request(0));
    }
    if !proxies {
        builder = builder.no_proxy();
    }
    builder.build()
}

/// Returns `true` if reqwest can use only HTTP/1.1 for the URL, because other protocols must be negotiated over TLS.
fn is_http1(base: &Url) -> bool {
    base.scheme() == "http"
}

/// Waits for the response headers of a request that was passed to the transport.
pub(crate) struct Sent(SendFuture);

enum SendFuture {
    Reqwest(<&'static reqwest::Client as Service<Request>>::Future),
    Service(Pin<Box<dyn Future<Output = Result<reqwest::Response, BoxError>> + Send>>),
    #[cfg(feature = "hyper")]
    Hyper(HyperFuture),
    /// A request that the runtime refused to send.
    Refused(Option<Error>),
}

impl Sent {
    pub(crate) fn refused(error: Error) -> Self {
        Self(SendFuture::Refused(Some(error)))
    }
}

impl Future for Sent {
    type Output = Result<Response, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match &mut self.0 {
            SendFuture::Reqwest(sent) => {
                ready!(Pin::new(sent).poll(context)).map(Response::from).map_err(BoxError::from)
            }
            #[cfg(feature = "hyper")]
            SendFuture::Hyper(sent) => ready!(Pin::new(sent).poll(context)).map(Response::from),
            SendFuture::Service(sent) => ready!(sent.as_mut().poll(context)).map(Response::from),
            SendFuture::Refused(error) => match error.take() {
                Some(error) => return Poll::Ready(Err(error)),
                None => return Poll::Pending,
            },
        };
        Poll::Ready(answer.map_err(Error::transport).map(|mut response| {
            if response.sets_cookies() {
                hide_cookies(response.headers_mut());
            }
            response
        }))
    }
}

/// Marks cookies as sensitive, so that the `Debug` output of headers does not show them.
#[cold]
fn hide_cookies(headers: &mut HeaderMap) {
    for (name, line) in headers {
        if name == SET_COOKIE {
            line.set_sensitive(true);
        }
    }
}

/// Sends a request in a build without TLS. The request can succeed if another crate has enabled reqwest's TLS support.
#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
async fn send_without_tls(
    sent: impl Future<Output = reqwest::Result<reqwest::Response>>,
) -> Result<reqwest::Response, BoxError> {
    use crate::error::causes::{WithoutTls, any_cause};
    // reqwest reports an unsupported scheme only in the error message.
    let is_scheme =
        |error: &(dyn std::error::Error + 'static)| error.to_string().contains("scheme is not http");
    sent.await.map_err(|error| if any_cause(&error, is_scheme) { WithoutTls.into() } else { error.into() })
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own(_) => "reqwest",
            Self::Given { .. } => "reqwest, given",
            #[cfg(feature = "hyper")]
            Self::Hyper(_) => "hyper-util",
            Self::Service(_) => "a tower service",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error from the runtime's default reqwest client names the missing feature, but the error from a client that
    /// the user configured does not.
    #[cfg(not(any(feature = "rustls", feature = "rustls-no-provider", feature = "native-tls")))]
    #[tokio::test]
    async fn https_without_tls_names_the_feature_for_the_own_client_only() {
        let url: Url = "https://127.0.0.1:9/".parse().unwrap();
        let error = async |transport: Transport| {
            let sent = transport.send(Request::new(http::Method::GET, url.clone()));
            sent.await.err().unwrap()
        };
        let own = error(Transport::own(&url).unwrap()).await;
        assert!(own.is_connect() && own.to_string().contains("`rustls`"), "{own}");
        let given = error(Transport::given(reqwest::Client::new())).await;
        assert!(!given.to_string().contains("`rustls`"), "{given}");
    }

    #[test]
    fn a_given_client_that_follows_redirects_is_distinguished_from_one_that_does_not() {
        let client = |policy| reqwest::Client::builder().redirect(policy).build().unwrap();
        assert!(Transport::given(reqwest::Client::new()).follows_redirects());
        assert!(Transport::given(client(Policy::limited(3))).follows_redirects());
        assert!(!Transport::given(client(Policy::none())).follows_redirects());
    }
}
