//! A shop server on loopback with rotating refresh tokens. If a refresh token is sent twice, the server ends the
//! session. The server counts the requests that it receives.
//!
//! Access tokens are valid for a fixed number of calls rather than for a period of time, so that they expire after the
//! same call on every machine.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// The HTTP Basic credentials of the only service that is allowed to request tokens for itself.
const BILLING: &str = "Basic YmlsbGluZzpzM2NyZXQtb2YtYmlsbGluZw==";

/// A running server. Dropping this value stops the server.
#[derive(Debug)]
pub struct Shop {
    /// The server's URL, such as `http://127.0.0.1:49152`.
    pub url: String,
    inner: Arc<Inner>,
    task: JoinHandle<io::Result<()>>,
}

/// The server's counters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// The number of calls with a valid token.
    pub answered: usize,
    /// The number of calls that were rejected because of their token.
    pub refused: usize,
    /// The number of refreshes that issued tokens.
    pub refreshes: usize,
    /// The number of refresh tokens that were sent more than once.
    pub spent: usize,
    /// The number of tokens that a service requested for itself.
    pub grants: usize,
}

#[derive(Debug)]
struct Inner {
    good_for: usize,
    crowd: usize,
    gathering: Barrier,
    records: Mutex<Records>,
}

#[derive(Debug, Default)]
struct Records {
    counts: Counts,
    /// The sequence number of the newest access token. Only the newest access token and the newest refresh token are
    /// valid.
    access: usize,
    refresh: usize,
    calls_left: usize,
    alive: bool,
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

#[derive(Deserialize)]
struct Refresh {
    refresh_token: String,
}

impl Shop {
    /// Starts the server. The server's access tokens are valid for `good_for` calls.
    pub async fn start(good_for: usize) -> io::Result<Self> {
        Self::with_crowd(good_for, 1).await
    }

    /// Works like [`start`](Self::start), but the first `crowd` rejected calls wait for each other, so that the server
    /// rejects all of them before the first refresh starts.
    pub async fn with_crowd(good_for: usize, crowd: usize) -> io::Result<Self> {
        let inner = Inner { good_for, crowd, gathering: Barrier::new(crowd), records: Mutex::default() };
        let inner = Arc::new(inner);
        let routes = Router::new()
            .route("/login", post(login))
            .route("/refresh", post(refresh))
            .route("/logout", post(logout))
            .route("/oauth/token", post(token))
            .route("/me", get(me))
            .route("/orders", get(orders))
            .with_state(Arc::clone(&inner));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async { axum::serve(listener, routes).await });
        Ok(Self { url, inner, task })
    }

    /// Returns the counters.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner.records().counts
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inner {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `body` if the access token is valid. Otherwise rejects the call.
    async fn answer(&self, headers: &HeaderMap, body: Value) -> Response {
        let refused = {
            let mut records = self.records();
            if records.is_good(headers) {
                records.calls_left -= 1;
                records.counts.answered += 1;
                return Json(body).into_response();
            }
            records.counts.refused += 1;
            records.counts.refused
        };
        if refused <= self.crowd {
            // The timeout ends the wait even if fewer than `crowd` calls arrive.
            let _ = tokio::time::timeout(Duration::from_secs(10), self.gathering.wait()).await;
        }
        refusal("invalid_token")
    }
}

impl Records {
    fn is_good(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get("authorization").and_then(|value| value.to_str().ok());
        self.alive && self.calls_left > 0 && sent == Some(&format!("Bearer access-{}", self.access))
    }

    fn issue(&mut self, good_for: usize) -> Value {
        self.access += 1;
        self.refresh += 1;
        self.calls_left = good_for;
        self.alive = true;
        json!({
            "access_token": format!("access-{}", self.access),
            "refresh_token": format!("refresh-{}", self.refresh),
        })
    }
}

async fn login(State(shop): State<Arc<Inner>>, Json(login): Json<Login>) -> Response {
    if (&*login.name, &*login.password) != ("ada", "lovelace") {
        return refusal("wrong name or password");
    }
    let tokens = shop.records().issue(shop.good_for);
    Json(tokens).into_response()
}

async fn refresh(State(shop): State<Arc<Inner>>, Json(sent): Json<Refresh>) -> Response {
    let mut records = shop.records();
    if sent.refresh_token != format!("refresh-{}", records.refresh) {
        records.counts.spent += 1;
        records.alive = false;
    }
    if !records.alive {
        return refusal("invalid_grant");
    }
    records.counts.refreshes += 1;
    Json(records.issue(shop.good_for)).into_response()
}

async fn logout(State(shop): State<Arc<Inner>>) -> StatusCode {
    shop.records().alive = false;
    StatusCode::NO_CONTENT
}

/// Issues a token for the client credentials grant (RFC 6749 §4.4). The response has no refresh token, because the
/// service can use its credentials to request a new access token.
async fn token(State(shop): State<Arc<Inner>>, headers: HeaderMap, form: String) -> Response {
    let known = headers.get("authorization").is_some_and(|value| value == BILLING);
    if !known || !form.contains("grant_type=client_credentials") {
        return refusal("invalid_client");
    }
    let mut records = shop.records();
    records.counts.grants += 1;
    let mut answer = records.issue(shop.good_for);
    answer["refresh_token"] = Value::Null;
    answer["token_type"] = "Bearer".into();
    Json(answer).into_response()
}

async fn me(State(shop): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    shop.answer(&headers, json!("ada")).await
}

async fn orders(State(shop): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    shop.answer(&headers, json!(["a loom", "punched cards"])).await
}

fn refusal(error: &str) -> Response {
    (StatusCode::UNAUTHORIZED, Json(json!({ "error": error }))).into_response()
}
