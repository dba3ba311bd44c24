//! A server in the client's process that responds only when the runtime is idle. With an in-memory server, the callers'
//! state does not depend on timing, and no memory is needed for connections.
//!
//! Each process has one in-memory server, and all clients of that server run on one thread.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http_body_util::{BodyExt, Full};
use reqwest::{Request, RequestBuilder, Response, ResponseBuilderExt, Result};
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use tower::Service;

use crate::contender::RawTransport;
use crate::server::{Guard, answers, guard};

#[derive(Clone, Default)]
pub struct InMemory;

static ROUND: AtomicUsize = AtomicUsize::new(0);
static CALLERS: Mutex<Vec<Waker>> = Mutex::new(Vec::new());
static DIRECTOR: Mutex<Option<Waker>> = Mutex::new(None);
static IDLE: AtomicBool = AtomicBool::new(false);
static SAYS_EXPIRED: AtomicBool = AtomicBool::new(false);

/// Prepares the server for `callers` callers. `guard` selects the server's response to expired tokens.
pub fn open(guard: Guard, callers: usize) {
    SAYS_EXPIRED.store(guard == Guard::Reported, Relaxed);
    callers_waiting().reserve(callers + 1);
}

/// Wakes the task that waits in [`quiet`]. The Tokio runtime must call this function each time the runtime becomes
/// idle.
pub fn nothing_to_do() {
    IDLE.store(true, Relaxed);
    if let Some(director) = DIRECTOR.lock().expect("no panic").take() {
        director.wake();
    }
}

/// Waits until the runtime is idle.
pub async fn quiet() {
    IDLE.store(false, Relaxed);
    poll_fn(|context| {
        if IDLE.load(Relaxed) {
            return Poll::Ready(());
        }
        *DIRECTOR.lock().expect("no panic") = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Responds to all waiting requests and returns the number of these requests.
pub fn answer() -> usize {
    ROUND.fetch_add(1, Relaxed);
    let mut callers = callers_waiting();
    assert!(!callers.is_empty(), "a task waits, but not for an answer");
    let asked = callers.len();
    callers.drain(..).for_each(Waker::wake);
    asked
}

fn callers_waiting() -> MutexGuard<'static, Vec<Waker>> {
    CALLERS.lock().expect("no panic")
}

/// A request that is waiting for its response. The request is boxed because reqwest also boxes its pending requests.
pub struct Asked(Box<(Request, usize)>);

impl Asked {
    fn new(request: Request) -> Self {
        Self(Box::new((request, ROUND.load(Relaxed))))
    }
}

impl Future for Asked {
    type Output = Result<Response>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (request, round) = &*self.0;
        if *round == ROUND.load(Relaxed) {
            callers_waiting().push(context.waker().clone());
            return Poll::Pending;
        }
        let answer =
            said(request).map(|body| reqwest::Body::wrap(body.map_err(|never: Infallible| match never {})));
        let (mut head, body) = answer.into_parts();
        let url = http::Response::builder().url(request.url().clone()).body(()).expect("nothing is wrong");
        head.extensions = url.into_parts().0.extensions;
        Poll::Ready(Ok(http::Response::from_parts(head, body).into()))
    }
}

fn said(request: &Request) -> http::Response<Full<Bytes>> {
    let token =
        request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match request.url().path() {
        "/refresh" => guard::renewed(),
        path if token.ends_with(guard::FRESH) => answers::by_path(path),
        _ => guard::refusal(if SAYS_EXPIRED.load(Relaxed) { Guard::Reported } else { Guard::Bare }),
    }
}

impl Service<Request> for InMemory {
    type Response = Response;
    type Error = reqwest::Error;
    type Future = Asked;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Asked {
        Asked::new(request)
    }
}

impl RawTransport for InMemory {
    fn send(&self, request: RequestBuilder) -> impl Future<Output = Result<Response>> + Send + 'static {
        Asked::new(request.build().expect("a request"))
    }

    fn under(middleware: ClientBuilder) -> ClientBuilder {
        middleware.with(Self)
    }
}

#[async_trait::async_trait]
impl Middleware for InMemory {
    async fn handle(
        &self,
        request: Request,
        _: &mut http::Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        Ok(Asked::new(request).await?)
    }
}
