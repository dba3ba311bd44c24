//! How the clients with a refresh by hand send requests: over a socket, or to a server in the same process.

use std::future::Future;

use reqwest::{RequestBuilder, Response, Result};
use reqwest_middleware::ClientBuilder;

/// A way to send requests.
pub trait Wire: Clone + Default + Send + Sync + 'static {
    /// Sends one.
    fn send(&self, request: RequestBuilder) -> impl Future<Output = Result<Response>> + Send + 'static;

    /// Sends the requests of a client with middleware.
    fn under(middleware: ClientBuilder) -> ClientBuilder;
}

/// reqwest's own.
#[derive(Clone, Default)]
pub struct Socket;

impl Wire for Socket {
    fn send(&self, request: RequestBuilder) -> impl Future<Output = Result<Response>> + Send + 'static {
        request.send()
    }

    fn under(middleware: ClientBuilder) -> ClientBuilder {
        middleware
    }
}
