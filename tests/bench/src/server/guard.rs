//! A server whose callers all have an expired token. The server counts its callers' requests.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answers;

/// The time that a refresh takes.
const REFRESH: Duration = Duration::from_millis(50);
/// The time that the server takes to respond to a call with the current token. The delay makes concurrent requests
/// overlap.
const ANSWER: Duration = Duration::from_millis(5);
/// The token that a refresh returns.
pub const FRESH: &str = "a-fresh-token";

/// The information that a rejection contains about the token.
#[derive(Clone, Copy, PartialEq)]
pub enum Guard {
    /// The rejection has no information about the token.
    Bare,
    /// The rejection reports that the token has expired.
    Reported,
}

impl Guard {
    pub fn name(self) -> &'static str {
        if self == Self::Bare { "bare" } else { "reported" }
    }

    pub fn named(name: &str) -> Self {
        if name == "bare" { Self::Bare } else { Self::Reported }
    }
}

#[derive(Deserialize, Serialize)]
pub struct Reported {
    pub refreshes: u64,
    pub refusals: u64,
    /// The largest number of concurrent requests with a valid token.
    pub at_once: u64,
}

pub struct Gate {
    guard: Guard,
    refreshes: AtomicU64,
    refusals: AtomicU64,
    answering: AtomicU64,
    at_once: AtomicU64,
}

impl Gate {
    pub fn new(guard: Guard) -> Self {
        let [refreshes, refusals, answering, at_once] = [(); 4].map(|()| AtomicU64::new(0));
        Self { guard, refreshes, refusals, answering, at_once }
    }
}

/// Responds to a refresh request by returning the current token. Accepts every call that carries the current token and
/// rejects all other calls.
pub async fn any(request: Request<Incoming>, gate: Arc<Gate>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if !body.is_end_stream() {
        let _ = body.collect().await;
    }
    let token = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(match head.uri.path() {
        "/reported" => answers::json(&Reported {
            refreshes: gate.refreshes.load(Relaxed),
            refusals: gate.refusals.load(Relaxed),
            at_once: gate.at_once.load(Relaxed),
        }),
        "/refresh" => {
            gate.refreshes.fetch_add(1, Relaxed);
            tokio::time::sleep(REFRESH).await;
            renewed()
        }
        path if token.ends_with(FRESH) => {
            let now = gate.answering.fetch_add(1, Relaxed) + 1;
            gate.at_once.fetch_max(now, Relaxed);
            tokio::time::sleep(ANSWER).await;
            gate.answering.fetch_sub(1, Relaxed);
            answers::by_path(path)
        }
        _ => {
            gate.refusals.fetch_add(1, Relaxed);
            refusal(gate.guard)
        }
    })
}

pub fn renewed() -> Response<Full<Bytes>> {
    answers::json(&json!({ "access_token": FRESH, "refresh_token": "another", "expires_in": 3600 }))
}

pub fn refusal(guard: Guard) -> Response<Full<Bytes>> {
    let mut refusal = answers::json(&json!({ "error": "forbidden" }));
    *refusal.status_mut() = StatusCode::FORBIDDEN;
    if guard == Guard::Reported {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        refusal.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    refusal
}
