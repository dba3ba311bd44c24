//! The page's API. Access tokens are valid for 15 seconds, and each refresh replaces the refresh token in the cookie.

use std::collections::HashMap;
use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

const LIFETIME: Duration = Duration::from_secs(15);
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;

#[derive(Clone)]
struct Shop {
    folder: Arc<PathBuf>,
    sessions: Arc<Mutex<Sessions>>,
}

#[derive(Default)]
struct Sessions {
    next: u64,
    refresh: HashMap<String, String>,
    access: HashMap<String, (String, Instant)>,
    refreshes: u64,
}

/// Serves the page in `folder`, and the API that the page calls.
pub async fn serve(port: u16, folder: PathBuf) -> Result<(), Box<dyn Error>> {
    let shop = Shop { folder: Arc::new(folder), sessions: Arc::default() };
    let app = Router::new()
        .route("/api/login", post(login))
        .route("/api/refresh", post(refresh))
        .route("/api/logout", post(logout))
        .route("/api/items", get(items))
        .route("/", get(async |shop: State<Shop>| file(shop, Path("index.html".into())).await))
        .route("/{name}", get(file))
        .with_state(shop);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://localhost:{}", listener.local_addr()?.port());
    Ok(axum::serve(listener, app).await?)
}

#[derive(Deserialize)]
struct Login {
    user: String,
}

async fn login(State(shop): State<Shop>, Json(Login { user }): Json<Login>) -> Response {
    shop.sessions().issue(user)
}

async fn refresh(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let mut sessions = shop.sessions();
    let Some(user) = cookie(&headers).and_then(|token| sessions.refresh.remove(token)) else {
        return UNAUTHORIZED.into_response();
    };
    sessions.refreshes += 1;
    println!("refresh number {}, for {user}", sessions.refreshes);
    sessions.issue(user)
}

async fn logout(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    if let Some(token) = cookie(&headers) {
        shop.sessions().refresh.remove(token);
    }
    (StatusCode::NO_CONTENT, [(SET_COOKIE, "refresh=; Path=/api; HttpOnly; Max-Age=0")]).into_response()
}

async fn items(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let sessions = shop.sessions();
    match token.and_then(|token| sessions.access.get(token)) {
        Some((user, end)) if *end > Instant::now() => {
            let items = ["tea", "bread", "a stamp"].map(|item| format!("{item} for {user}"));
            Json(json!({ "items": items })).into_response()
        }
        _ => UNAUTHORIZED.into_response(),
    }
}

async fn file(State(shop): State<Shop>, Path(name): Path<String>) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match std::fs::read(shop.folder.join(name)) {
        Ok(content) => ([(CONTENT_TYPE, kind)], content).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Shop {
    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sessions {
    /// Issues new tokens. A real server would generate random tokens.
    fn issue(&mut self, user: String) -> Response {
        self.next += 1;
        let (access, refresh) = (format!("access-{}", self.next), format!("refresh-{}", self.next));
        self.access.insert(access.clone(), (user.clone(), Instant::now() + LIFETIME));
        self.refresh.insert(refresh.clone(), user);
        let cookie = format!("refresh={refresh}; Path=/api; HttpOnly; SameSite=Strict; Max-Age=86400");
        let body = json!({ "access_token": access, "expires_in": LIFETIME.as_secs() });
        ([(SET_COOKIE, cookie)], Json(body)).into_response()
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("refresh="))
}
