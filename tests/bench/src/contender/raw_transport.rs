//! Sends the requests of clients with a handwritten refresh, either over a socket or to a server in the same process.

use std::future::Future;

use reqwest::{RequestBuilder, Response, Result};
use reqwest_middleware::ClientBuilder;

pub trait RawTransport: Clone + Default + Send + Sync + 'static {
    fn send(&self, request: RequestBuilder) -> impl Future<Output = Result<Response>> + Send + 'static;

    /// Makes a reqwest-middleware client send its requests through this `RawTransport`.
    fn under(middleware: ClientBuilder) -> ClientBuilder;
}

/// Sends requests through reqwest's own connections.
#[derive(Clone, Default)]
pub struct Socket;

impl RawTransport for Socket {
    fn send(&self, request: RequestBuilder) -> impl Future<Output = Result<Response>> + Send + 'static {
        request.send()
    }

    fn under(middleware: ClientBuilder) -> ClientBuilder {
        middleware
    }
}
