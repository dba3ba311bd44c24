//! Routes for testing how a web page sends requests and reads responses: streams, responses that never arrive,
//! redirects and echoes.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, RawQuery, State};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderMap, LINK, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::routing::{get, post};
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::sleep;

/// The state of the routes under `/probe`.
#[derive(Clone)]
pub struct Probe {
    open: watch::Sender<usize>,
    ended: watch::Sender<usize>,
}

/// A request whose response has not ended yet.
struct Open(Probe);

impl Open {
    fn new(probe: Probe) -> Self {
        probe.open.send_modify(|open| *open += 1);
        Self(probe)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.ended.send_modify(|ended| *ended += 1);
    }
}

impl Default for Probe {
    fn default() -> Self {
        Self { open: watch::Sender::new(0), ended: watch::Sender::new(0) }
    }
}

impl Probe {
    /// Waits until `count` requests for endless responses have arrived and the page has ended each of these requests.
    pub async fn all_ended(&self, count: usize) {
        let both = async {
            let _ = self.open.subscribe().wait_for(|open| *open == count).await;
            let _ = self.ended.subscribe().wait_for(|ended| *ended == count).await;
        };
        tokio::time::timeout(Duration::from_secs(10), both).await.expect("the page ends its requests");
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/probe/lines", get(lines))
            .route("/probe/endless", get(endless))
            .route("/probe/events", get(events))
            .route("/probe/never", get(never))
            .route("/probe/echo", post(echo))
            .route("/probe/moved", get(moved))
            .route("/probe/here", get(|| async { "here" }))
            .route("/probe/latin", get(latin))
            .route("/probe/linked", get(linked))
            .route("/probe/numbered", get(numbered))
            .with_state(self.clone())
    }
}

async fn lines() -> Body {
    let chunks = ["1\n2", "2\n", "3", "3", "\n"];
    Body::from_stream(stream::iter(chunks).then(|chunk| async move {
        sleep(Duration::from_millis(20)).await;
        Ok::<_, Infallible>(chunk)
    }))
}

async fn endless(State(probe): State<Probe>) -> Body {
    Body::from_stream(stream::unfold(Open::new(probe), |open| async move {
        sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Infallible>("chunk"), open))
    }))
}

async fn events(State(probe): State<Probe>) -> ([(HeaderName, &'static str); 1], Body) {
    let chunks = ["id: 7\nevent: ti", "ck\ndata: 1\n", "\n: a comment\n\ndata: 2\n\nda", "ta: 3\n\n"];
    let endless = stream::unfold((Open::new(probe), 0), move |(open, at)| async move {
        sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Infallible>(*chunks.get(at).unwrap_or(&": still here\n")), (open, at + 1)))
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(endless))
}

async fn never(State(probe): State<Probe>) {
    let _open = Open::new(probe);
    std::future::pending().await
}

async fn echo(headers: HeaderMap, body: Bytes) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    format!("{kind}\n{}", String::from_utf8_lossy(&body))
}

async fn moved() -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::FOUND, [(LOCATION, "/probe/here")])
}

#[derive(Deserialize)]
struct Wanted {
    page: Option<u32>,
}

/// Serves list pages whose links to the next page are a relative URL, an absolute URL with a password, and a URL at
/// another origin.
async fn linked(headers: HeaderMap, wanted: Query<Wanted>) -> ([(HeaderName, String); 1], String) {
    let page = wanted.page.unwrap_or(1);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let next = match page {
        1 => "?page=2#list".to_owned(),
        2 => format!("http://me:secret@{host}/probe/linked?page=3"),
        _ => "http://other.test/probe/linked?page=4".to_owned(),
    };
    ([(LINK, format!("<{next}>; rel=\"next\""))], format!("[{page}]"))
}

/// Serves two pages of a list, and then empty pages. Each of the two pages has one element, which is the query of the
/// request for that page.
async fn numbered(RawQuery(query): RawQuery, wanted: Query<Wanted>) -> Json<Vec<String>> {
    let is_last = wanted.page.is_some_and(|page| page > 2);
    Json(query.filter(|_| !is_last).into_iter().collect())
}

async fn latin() -> ([(HeaderName, &'static str); 1], &'static [u8]) {
    ([(CONTENT_TYPE, "text/plain; charset=iso-8859-1")], b"caf\xe9")
}
