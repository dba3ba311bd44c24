//! A shop's server on loopback, with rotating refresh tokens: a refresh token that is presented twice ends the
//! session. The server counts its requests.
//!
//! Its access tokens are valid for a fixed number of calls, not for a period of time. So they expire at the same call
//! on every machine.

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

/// The id and the secret of the one service that may request its own tokens, as sent by HTTP Basic.
const BILLING: &str = "Basic YmlsbGluZzpzM2NyZXQtb2YtYmlsbGluZw==";

/// The running server. Dropping it stops it.
#[derive(Debug)]
pub struct Shop {
    /// Its URL: `http://127.0.0.1:49152`.
    pub url: String,
    inner: Arc<Inner>,
    task: JoinHandle<io::Result<()>>,
}

/// What it has counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Calls that were answered.
    pub answered: usize,
    /// Calls that were refused because of their token.
    pub refused: usize,
    /// Refreshes that issued tokens.
    pub refreshes: usize,
    /// Refresh tokens that were presented a second time.
    pub spent: usize,
    /// Tokens that were issued to a service for itself.
    pub grants: usize,
}

#[derive(Debug)]
struct Inner {
    good_for: usize,
    crowd: usize,
    gathering: Barrier,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    counts: Counts,
    /// Tokens are numbers. Of each kind, only the newest is valid.
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
    /// Starts the server. Access tokens are valid for `good_for` calls.
    pub async fn start(good_for: usize) -> io::Result<Self> {
        Self::with_crowd(good_for, 1).await
    }

    /// Like [`start`](Self::start), but the first `crowd` refusals wait for each other. So all calls are refused before the first refresh
    /// starts. This is the worst case, in every run.
    pub async fn with_crowd(good_for: usize, crowd: usize) -> io::Result<Self> {
        let inner = Inner { good_for, crowd, gathering: Barrier::new(crowd), book: Mutex::default() };
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

    /// The counts so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner.book().counts
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inner {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer, if the token is valid.
    async fn answer(&self, headers: &HeaderMap, body: Value) -> Response {
        let refused = {
            let mut book = self.book();
            if book.is_good(headers) {
                book.calls_left -= 1;
                book.counts.answered += 1;
                return Json(body).into_response();
            }
            book.counts.refused += 1;
            book.counts.refused
        };
        if refused <= self.crowd {
            // The wait ends even if a call never arrives.
            let _ = tokio::time::timeout(Duration::from_secs(10), self.gathering.wait()).await;
        }
        refusal("invalid_token")
    }
}

impl Book {
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
    let tokens = shop.book().issue(shop.good_for);
    Json(tokens).into_response()
}

async fn refresh(State(shop): State<Arc<Inner>>, Json(sent): Json<Refresh>) -> Response {
    let mut book = shop.book();
    if sent.refresh_token != format!("refresh-{}", book.refresh) {
        book.counts.spent += 1;
        book.alive = false;
    }
    if !book.alive {
        return refusal("invalid_grant");
    }
    book.counts.refreshes += 1;
    Json(book.issue(shop.good_for)).into_response()
}

async fn logout(State(shop): State<Arc<Inner>>) -> StatusCode {
    shop.book().alive = false;
    StatusCode::NO_CONTENT
}

/// RFC 6749 §4.4. There is no refresh token: the service can request another token.
async fn token(State(shop): State<Arc<Inner>>, headers: HeaderMap, form: String) -> Response {
    let known = headers.get("authorization").is_some_and(|value| value == BILLING);
    if !known || !form.contains("grant_type=client_credentials") {
        return refusal("invalid_client");
    }
    let mut book = shop.book();
    book.counts.grants += 1;
    let mut answer = book.issue(shop.good_for);
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
