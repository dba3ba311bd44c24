//! The trait that all test doubles implement: one function handles a request that arrives in memory or over a socket.

use std::error::Error;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use reqwest::ResponseBuilderExt;

use crate::response_body::ResponseBody;
use crate::seen::RequestTimeout;

/// An error that a transport returns.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The result of a request to a double: a response or a transport error.
pub type Outcome = Result<http::Response<ResponseBody>, BoxError>;

/// A test double of a server.
pub trait Double: Clone + Send + Sync + 'static {
    /// Handles one request, whose URI is the complete URL. Dropping the returned future means that the caller has
    /// abandoned the request.
    fn handle(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Outcome>;
}

/// Adds the methods `service` and `listen` to a test double, so that tests do not need to import a trait.
macro_rules! double_methods {
    ($double:ty) => {
        impl $double {
            /// Returns an in-memory transport: a tower service that takes reqwest's requests and returns reqwest's
            /// responses.
            #[must_use]
            pub fn service(&self) -> $crate::InMemory<Self> {
                $crate::double::InMemory::new(self.clone())
            }

            /// Listens on a loopback socket until the [`Listening`](crate::Listening) is dropped.
            ///
            /// # Panics
            ///
            /// Panics if no port is free.
            pub async fn listen(&self) -> $crate::Listening {
                $crate::Listening::start(self.clone()).await
            }
        }
    };
}
pub(crate) use double_methods;

/// A [`Double`] as a tower service that uses reqwest's request and response types. The service does not use sockets,
/// tasks or timers.
#[derive(Clone, Debug)]
pub struct InMemory<D>(D);

impl<D: Double> InMemory<D> {
    /// Wraps a test double as a transport.
    pub fn new(double: D) -> Self {
        Self(double)
    }
}

impl<D: Double> tower::Service<reqwest::Request> for InMemory<D> {
    type Response = reqwest::Response;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<reqwest::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: reqwest::Request) -> Self::Future {
        let double = self.0.clone();
        async move {
            let url = request.url().clone();
            let timeout = request.timeout().copied().map(RequestTimeout);
            let (mut head, body) = http::Request::<reqwest::Body>::try_from(request)?.into_parts();
            if let Some(timeout) = timeout {
                head.extensions.insert(timeout);
            }
            let body = body.collect().await?.to_bytes();
            let (head, body) = double.handle(http::Request::from_parts(head, body)).await?.into_parts();
            let mut response = http::Response::builder().url(url).body(reqwest::Body::wrap(body))?;
            *response.status_mut() = head.status;
            *response.headers_mut() = head.headers;
            Ok(reqwest::Response::from(response))
        }
        .boxed()
    }
}
