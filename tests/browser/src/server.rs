//! The test server, which serves the files of a page and an API whose refresh token is in an `HttpOnly` cookie.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::authority::{Authority, Counts, Issued};
use crate::gate::Gate;
use crate::probe::Probe;
use crate::settings::Settings;

/// The header value that deletes the refresh cookie.
const NO_COOKIE: &str = "refresh=; Path=/api; HttpOnly; Max-Age=0";

/// The only password that the server accepts for a login from the guide's page.
pub const PASSWORD: &str = "secret";

/// A test server that listens on its own port. Dropping this value stops the server.
pub struct Server {
    pub address: SocketAddr,
    /// The state of the `/probe` routes.
    pub probe: Probe,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    authority: Mutex<Authority>,
    arrived: watch::Sender<u64>,
    logins: Gate,
    logouts: Gate,
    with_cookie: AtomicU64,
    settings: Mutex<Settings>,
    files: PathBuf,
}

impl Server {
    /// Serves the API and the files in a directory.
    pub async fn start(files: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            authority: Mutex::default(),
            arrived: watch::Sender::new(0),
            logins: Gate::default(),
            logouts: Gate::default(),
            with_cookie: AtomicU64::new(0),
            settings: Mutex::default(),
            files: files.to_owned(),
        });
        let probe = Probe::default();
        let app = router(shared.clone(), &probe);
        let task = tokio::spawn(async move { axum::serve(listener, app).await }).abort_handle();
        Ok(Self { address, probe, shared, task })
    }

    /// Returns an origin that browsers treat as a secure context.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    pub fn authority(&self) -> MutexGuard<'_, Authority> {
        lock(&self.shared.authority)
    }

    pub fn counts(&self) -> Counts {
        self.authority().counts
    }

    /// Resets the counts.
    pub fn reset(&self) {
        self.authority().counts = Counts::default();
    }

    pub fn expire(&self) {
        self.authority().expire();
    }

    pub fn set_grace(&self, grace: Duration) {
        self.authority().grace = grace;
    }

    pub fn delay_refreshes(&self, delay: Duration) {
        lock(&self.shared.settings).refresh_delay = delay;
    }

    /// Returns the gate through which the responses to logins pass.
    pub fn logins(&self) -> &Gate {
        &self.shared.logins
    }

    /// Returns the gate through which the responses to logouts pass.
    pub fn logouts(&self) -> &Gate {
        &self.shared.logouts
    }

    /// Makes the server refuse logouts that do not have a valid access token. By default, the server accepts every
    /// logout.
    pub fn require_access_token_of_logouts(&self) {
        lock(&self.shared.settings).logout_needs_access_token = true;
    }

    /// Sets the status with which the server refuses calls, refreshes and logouts.
    pub fn refuse_with(&self, status: u16) {
        lock(&self.shared.settings).refusal = StatusCode::from_u16(status).expect("a status");
    }

    pub fn delete_cookie_of_refused_refreshes(&self) {
        lock(&self.shared.settings).refusal_deletes_cookie = true;
    }

    /// Returns the number of requests that carried the refresh cookie.
    pub fn with_cookie(&self) -> u64 {
        self.shared.with_cookie.load(Ordering::SeqCst)
    }

    pub fn allow_origin(&self, origin: &str) {
        lock(&self.shared.settings).allowed_origin = Some(origin.into());
    }

    /// Returns the number of refresh requests that have arrived, including requests that the server has not answered
    /// yet.
    pub fn arrived(&self) -> u64 {
        *self.shared.arrived.borrow()
    }

    /// Waits until more than `before` refresh requests have arrived.
    pub async fn refresh_after(&self, before: u64) {
        let mut arrived = self.shared.arrived.subscribe();
        let _ = arrived.wait_for(|arrived| *arrived > before).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn router(shared: Arc<Shared>, probe: &Probe) -> Router {
    Router::new()
        .route("/api/login", post(login))
        .route("/api/refresh", post(refresh))
        .route("/api/logout", post(logout))
        .route("/api/items", get(items))
        .route("/api/orders", get(orders))
        .fallback(file)
        .layer(from_fn_with_state(shared.clone(), cross_origin))
        .with_state(shared)
        .merge(probe.router())
}

/// The data of a login request. The page under test sends this data in the query, and the guide's page sends this data
/// in the body.
#[derive(serde::Deserialize)]
struct Login {
    user: String,
    password: Option<String>,
}

async fn login(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<Login>, QueryRejection>,
    body: Bytes,
) -> Response {
    let login = query.map_or_else(|_| serde_json::from_slice(&body).ok(), |Query(login)| Some(login));
    let login = login.filter(|login| login.password.as_deref().is_none_or(|password| password == PASSWORD));
    let issued = login.map(|login| lock(&shared.authority).log_in(&login.user));
    shared.logins.pass().await;
    issued.map_or_else(|| StatusCode::UNAUTHORIZED.into_response(), tokens)
}

async fn orders(shared: State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let items = items(shared, headers).await;
    if !items.status().is_success() {
        return items;
    }
    axum::Json(json!([{ "id": 7, "title": "tea" }, { "id": 8, "title": "bread" }])).into_response()
}

async fn refresh(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let issued = lock(&shared.authority).refresh(cookie(&headers));
    shared.arrived.send_modify(|arrived| *arrived += 1);
    let settings = lock(&shared.settings).clone();
    tokio::time::sleep(settings.refresh_delay).await;
    match issued {
        Some(issued) => tokens(issued),
        None if settings.refusal_deletes_cookie => {
            (settings.refusal, [(SET_COOKIE, NO_COOKIE)]).into_response()
        }
        None => settings.refusal.into_response(),
    }
}

async fn logout(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let response = log_out(&shared, &headers);
    shared.logouts.pass().await;
    response
}

fn log_out(shared: &Shared, headers: &HeaderMap) -> Response {
    let settings = lock(&shared.settings).clone();
    let mut authority = lock(&shared.authority);
    let is_accepted = || access_token(headers).is_some_and(|access| authority.user_of(access).is_some());
    if settings.logout_needs_access_token && !is_accepted() {
        return settings.refusal.into_response();
    }
    authority.log_out(cookie(headers).unwrap_or_default());
    (StatusCode::NO_CONTENT, [(SET_COOKIE, NO_COOKIE)]).into_response()
}

async fn items(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match lock(&shared.authority).call(access_token(&headers)) {
        Some(user) => axum::Json(json!({ "user": user, "items": ["tea", "bread"] })).into_response(),
        None => lock(&shared.settings).refusal.into_response(),
    }
}

fn tokens(issued: Issued) -> Response {
    let body: Value = json!({ "access_token": issued.access, "expires_in": 3600 });
    let cookie = format!("refresh={}; Path=/api; HttpOnly; SameSite=Strict; Max-Age=86400", issued.refresh);
    ([(SET_COOKIE, cookie)], axum::Json(body)).into_response()
}

fn access_token(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("refresh="))
}

async fn file(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let name = request.uri().path().trim_start_matches('/');
    let name = if name.is_empty() { "index.html" } else { name };
    let kind = match name.rsplit_once('.') {
        Some((_, "html")) => "text/html",
        Some((_, "js")) => "text/javascript",
        Some((_, "wasm")) => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match tokio::fs::read(shared.files.join(name)).await {
        Ok(content) if !name.contains("..") => ([(CONTENT_TYPE, kind)], content).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn cross_origin(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let preflight = request.method() == Method::OPTIONS;
    shared.with_cookie.fetch_add(u64::from(cookie(request.headers()).is_some()), Ordering::SeqCst);
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let allowed = lock(&shared.settings).allowed_origin.clone();
    let Some(origin) = origin.filter(|origin| allowed.is_some_and(|allowed| *origin == allowed)) else {
        return response;
    };
    let headers = response.headers_mut();
    headers.insert("access-control-allow-origin", origin);
    headers.insert("access-control-allow-credentials", HeaderValue::from_static("true"));
    headers.insert("access-control-allow-headers", HeaderValue::from_static("authorization, content-type"));
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
