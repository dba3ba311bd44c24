//! An HTTP server that sends the responses that a test defines, and records its requests.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::HeaderName;
use httpmock::{HttpMockRequest, MockServer};
use tokio::net::TcpSocket;

/// A received request.
pub type Request = http::Request<Bytes>;

pub type Answer = http::Response<String>;

/// A server on a separate port, which makes it a separate origin.
pub struct Server {
    mock: MockServer,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub async fn answering(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let (mock, seen) = (MockServer::start_async().await, Arc::new(Mutex::new(Vec::new())));
        let log = seen.clone();
        mock.mock_async(|when, then| {
            when.any_request();
            then.respond_with(move |request: &HttpMockRequest| {
                let request = received(request);
                let answer = answer(&request);
                log.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                answer.into()
            });
        })
        .await;
        Self { mock, seen }
    }

    /// Starts a server that responds to every request with status 200 and `{}`.
    pub async fn content() -> Self {
        Self::answering(|_| json(200, "{}")).await
    }

    pub fn url(&self) -> String {
        self.mock.base_url()
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the last request.
    pub fn last(&self) -> Request {
        self.seen().pop().expect("a request has arrived")
    }
}

/// Returns a socket that keeps a port reserved, and the URL of this port. The port refuses connections until the socket
/// is dropped.
pub fn refusing() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

fn received(request: &HttpMockRequest) -> Request {
    let mut received = Request::new(request.body_bytes());
    (*received.method_mut(), *received.uri_mut()) = (request.method(), request.uri());
    let mut name = None;
    for (key, value) in request.headers_vec() {
        // For the second and later values of a header, `headers_vec` returns an empty name.
        name = if key.is_empty() { name } else { Some(key.parse::<HeaderName>().unwrap()) };
        received.headers_mut().append(name.clone().unwrap(), value.parse().unwrap());
    }
    received
}

pub fn answer(status: u16, content_type: &str, body: &str) -> Answer {
    let answer = http::Response::builder().status(status).header("content-type", content_type);
    answer.body(body.to_owned()).unwrap()
}

pub fn json(status: u16, body: &str) -> Answer {
    answer(status, "application/json", body)
}

pub fn redirect(status: u16, location: &str) -> Answer {
    http::Response::builder().status(status).header("location", location).body(String::new()).unwrap()
}

pub fn values<'a>(request: &'a Request, name: &str) -> Vec<&'a str> {
    request.headers().get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
}

/// Returns the HTTP method, the path and the query, for example `GET /orders?tag=a`.
pub fn line(request: &Request) -> String {
    // An HTTP request line does not contain an origin, but the server library adds an origin to the URI.
    format!("{} {}", request.method(), request.uri().path_and_query().unwrap())
}
