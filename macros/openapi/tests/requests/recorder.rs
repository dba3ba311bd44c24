//! A transport that returns prepared responses and records requests.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: u16,
    kind: &'static str,
    body: String,
    headers: Vec<(&'static str, &'static str)>,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, kind: "", body: String::new(), headers: Vec::new() }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { body: body.to_string(), kind: "application/json", ..Self::empty(status) }
    }

    pub(crate) fn text(kind: &'static str, body: &str) -> Self {
        Self { kind, body: body.to_owned(), ..Self::empty(200) }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) query: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        self.header("content-type")
    }
}

#[derive(Clone)]
pub(crate) struct Recorder {
    /// The prepared responses, one per request. The last response is repeated for all further requests.
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Recorder {
    pub(crate) fn new(answer: Answer) -> Self {
        Self::with([answer])
    }

    pub(crate) fn with<const N: usize>(answers: [Answer; N]) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into())), seen: Arc::default() }
    }

    pub(crate) fn queries(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|seen| seen.query.clone()).collect()
    }

    pub(crate) fn last(&self) -> Seen {
        self.seen.lock().unwrap().last().cloned().unwrap()
    }
}

impl tower::Service<reqwest::Request> for Recorder {
    type Response = reqwest::Response;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: reqwest::Request) -> Self::Future {
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let (answer, seen) = (answer.unwrap(), Arc::clone(&self.seen));
        Box::pin(async move {
            let (url, headers) = (request.url().clone(), request.headers().clone());
            let line = format!("{} {}", request.method(), url.path());
            let request = http::Request::<reqwest::Body>::try_from(request).unwrap();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            let query = url.query().unwrap_or_default().to_owned();
            seen.lock().unwrap().push(Seen { line, query, headers, body });
            let mut response = http::Response::builder().status(answer.status);
            for (name, value) in answer.headers {
                response = response.header(name, value);
            }
            let response =
                if answer.kind.is_empty() { response } else { response.header("content-type", answer.kind) };
            Ok(response.body(answer.body).unwrap().into())
        })
    }
}
