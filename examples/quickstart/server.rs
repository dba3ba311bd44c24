//! The quickstart's server, which listens on loopback. The server rejects an expired token with status 403, as many
//! Express servers do.
//!
//! - The access tokens are JWTs with a very short lifetime. The `authorization` header contains the access token
//!   without `Bearer`.
//! - The server rejects a missing, invalid or expired token with status 403 instead of 401, and states the reason in
//!   the body.
//! - The refresh token is in an `HttpOnly` cookie, and every refresh replaces the token. The server rejects a refresh
//!   token that was already used and ends the session, because the token might have been stolen.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::jwt::{Access, Keys, Refresh};
use crate::timeline::{Kind, Timeline};

/// A running server. Dropping this value stops the server.
pub struct Server {
    /// The server's URL, such as `http://127.0.0.1:49152`.
    pub url: String,
    shop: Arc<Shop>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Starts a server whose access tokens are valid for the given `lifetime`.
    pub async fn start(lifetime: Duration) -> io::Result<Self> {
        let shop = Arc::new(Shop { lifetime, keys: Keys::new(), records: Mutex::new(Records::new()) });
        let routes = Router::new()
            .route("/api/user/login", post(login))
            .route("/api/user/refresh_token", post(refresh_token))
            .route("/api/user/logout", post(logout))
            .route("/api/orders/{id}", get(order))
            .with_state(Arc::clone(&shop));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async { axum::serve(listener, routes).await });
        Ok(Self { url, shop, task })
    }

    pub fn timeline(&self) -> Timeline {
        self.shop.records().timeline.clone()
    }

    pub fn received(&self) -> BTreeMap<&'static str, usize> {
        self.shop.records().received.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Shop {
    lifetime: Duration,
    keys: Keys,
    records: Mutex<Records>,
}

/// The server's state.
struct Records {
    timeline: Timeline,
    received: BTreeMap<&'static str, usize>,
    sessions: Vec<Session>,
    access_tokens: usize,
    /// The ids of the orders whose latest call was rejected. If this set contains an order, the server treats the next
    /// call for that order as a repetition of the rejected call.
    refused: HashSet<u64>,
}

struct Session {
    customer: String,
    /// The sequence number of the refresh token that is currently valid. Refresh tokens whose sequence number is
    /// smaller than this value have already been used.
    serial: usize,
    alive: bool,
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

async fn login(State(shop): State<Arc<Shop>>, Json(credentials): Json<Credentials>) -> Response {
    let mut records = shop.receive("POST /api/user/login");
    if credentials.password != "lovelace" {
        return refusal("wrong name or password");
    }
    records.sessions.push(Session { customer: credentials.name, serial: 0, alive: true });
    let session = records.sessions.len() - 1;
    shop.issue(&mut records, session, Kind::LoggedIn)
}

async fn refresh_token(State(shop): State<Arc<Shop>>, jar: CookieJar) -> Response {
    let mut records = shop.receive("POST /api/user/refresh_token");
    let Ok(Refresh { session, serial }) = shop.refresh_token(&jar) else {
        return refusal("refresh token must be provided");
    };
    if records.sessions[session].serial != serial {
        records.sessions[session].alive = false;
        records.timeline.record(Kind::SpentCookie, None);
        return refusal("refresh token was already used");
    }
    if !records.sessions[session].alive {
        return refusal("session is over");
    }
    shop.issue(&mut records, session, Kind::Refreshed)
}

async fn logout(State(shop): State<Arc<Shop>>, jar: CookieJar) -> Response {
    let mut records = shop.receive("POST /api/user/logout");
    let ended = shop.refresh_token(&jar).is_ok_and(|Refresh { session, .. }| {
        let session = &mut records.sessions[session];
        std::mem::replace(&mut session.alive, false)
    });
    if ended {
        records.timeline.record(Kind::LoggedOut, None);
    }
    (jar.remove(cookie(String::new())), StatusCode::NO_CONTENT).into_response()
}

async fn order(State(shop): State<Arc<Shop>>, Path(id): Path<u64>, headers: HeaderMap) -> Response {
    let mut records = shop.receive("GET /api/orders/{id}");
    let access = shop.access_token(&headers);
    let number = access.as_ref().ok().map(|access| access.jti);
    let again = records.refused.remove(&id);
    records.timeline.record(if again { Kind::SentAgain } else { Kind::Sent }, number);
    let checked = access.and_then(|access| if access.is_expired() { Err("jwt expired") } else { Ok(access) });
    match checked {
        Ok(access) => {
            records.timeline.record(Kind::Answered, number);
            Json(json!({ "id": id, "customer": access.sub })).into_response()
        }
        Err(reason) => {
            records.refused.insert(id);
            records.timeline.record(Kind::Refused, number);
            refusal(reason)
        }
    }
}

fn refusal(reason: &str) -> Response {
    let body = json!({ "status": { "text": reason, "severity": "error" } });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}

fn cookie(value: String) -> Cookie<'static> {
    Cookie::build(("refresh_token", value))
        .path("/api/user")
        .http_only(true)
        .same_site(SameSite::Strict)
        .build()
}

impl Shop {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn receive(&self, route: &'static str) -> MutexGuard<'_, Records> {
        let mut records = self.records();
        *records.received.entry(route).or_default() += 1;
        records
    }

    fn access_token(&self, headers: &HeaderMap) -> Result<Access, &'static str> {
        let header = headers.get("authorization").ok_or("jwt must be provided")?;
        self.keys.read(header.to_str().map_err(|_| "jwt malformed")?)
    }

    fn refresh_token(&self, jar: &CookieJar) -> Result<Refresh, &'static str> {
        self.keys.read(jar.get("refresh_token").map_or("", Cookie::value))
    }

    /// Returns a response with a new access token and a new refresh token. The new refresh token replaces the previous
    /// one.
    fn issue(&self, records: &mut Records, session: usize, kind: Kind) -> Response {
        records.access_tokens += 1;
        records.timeline.record(kind, Some(records.access_tokens));
        let owner = &mut records.sessions[session];
        owner.serial += 1;
        let access = self.keys.sign(&Access::new(&owner.customer, records.access_tokens, self.lifetime));
        let refresh = self.keys.sign(&Refresh { session, serial: owner.serial });
        (CookieJar::new().add(cookie(refresh)), Json(json!({ "access_token": access }))).into_response()
    }
}

impl Records {
    fn new() -> Self {
        Self {
            timeline: Timeline::new(),
            received: BTreeMap::new(),
            sessions: Vec::new(),
            access_tokens: 0,
            refused: HashSet::new(),
        }
    }
}
