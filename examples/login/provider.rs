//! An authorization server on loopback with one user, and an API that accepts the server's tokens. The server
//! implements only the features that the example needs: code flow with PKCE, device code, rotating refresh tokens, and
//! revocation.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::forms;

type Fields = HashMap<String, String>;

/// A running authorization server. Dropping this value stops the server.
pub struct Provider {
    /// The server's URL, such as `http://127.0.0.1:49152`.
    pub url: String,
    records: Arc<Mutex<Records>>,
    task: JoinHandle<io::Result<()>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub logins: usize,
    pub device_logins: usize,
    pub refreshes: usize,
}

#[derive(Default)]
struct Records {
    issuer: String,
    counts: Counts,
    /// The number of issued secrets. Each secret consists of a prefix and a number.
    issued: usize,
    /// The PKCE challenge and the redirect URL of each authorization code that has not been exchanged yet.
    codes: HashMap<String, (String, String)>,
    /// The issued device codes, and whether the user has confirmed each code.
    devices: HashMap<String, bool>,
    /// The only login. The access token that a login returns is valid for two calls.
    login: Option<Login>,
}

struct Login {
    access: String,
    refresh: String,
    calls_left: usize,
}

type Shared = Arc<Mutex<Records>>;

impl Provider {
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let records = Shared::new(Mutex::new(Records { issuer: url.clone(), ..Records::default() }));
        let routes = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/authorize", get(ask).post(decide))
            .route("/device", get(ask_for_code).post(decide_code))
            .route("/device_authorization", post(device_authorization))
            .route("/token", post(token))
            .route("/revoke", post(revoke))
            .route("/me", get(me))
            .with_state(records.clone());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { url, records, task })
    }

    pub fn counts(&self) -> Counts {
        lock(&self.records).counts
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(records: &Shared) -> MutexGuard<'_, Records> {
    records.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn metadata(State(records): State<Shared>) -> Response {
    let issuer = lock(&records).issuer.clone();
    let at = |path: &str| format!("{issuer}{path}");
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "device_authorization_endpoint": at("/device_authorization"),
        "revocation_endpoint": at("/revoke"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

async fn ask(Query(request): Query<Fields>) -> Response {
    let loopback = |url: &String| url.starts_with("http://127.0.0.1:") && url.ends_with("/callback");
    if request.get("client_id").is_none_or(|id| id != "login-example")
        || !request.get("redirect_uri").is_some_and(loopback)
        || request.get("code_challenge_method").is_none_or(|method| method != "S256")
    {
        return (StatusCode::BAD_REQUEST, "this server accepts only requests from the example")
            .into_response();
    }
    let hidden: Vec<(&str, &str)> = ["redirect_uri", "state", "code_challenge"]
        .into_iter()
        .filter_map(|name| Some((name, request.get(name)?.as_str())))
        .collect();
    forms::page("/authorize", "Log in", &hidden).into_response()
}

async fn decide(State(records): State<Shared>, Form(form): Form<Fields>) -> Response {
    let mut records = lock(&records);
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let answer = if is_ada(&form) {
        let code = records.secret("code");
        records.codes.insert(code.clone(), (field("code_challenge"), field("redirect_uri")));
        ("code", code)
    } else {
        ("error", "access_denied".to_owned())
    };
    let parameters = [answer, ("state", field("state")), ("iss", records.issuer.clone())];
    let query = reqwest::Url::parse_with_params(&field("redirect_uri"), parameters);
    query.map_or_else(
        |_| StatusCode::BAD_REQUEST.into_response(),
        |url| Redirect::to(url.as_str()).into_response(),
    )
}

async fn ask_for_code(Query(query): Query<Fields>) -> Html<String> {
    let code = query.get("user_code").map_or("", String::as_str);
    forms::page("/device", "Confirm the code", &[("user_code", code)])
}

async fn decide_code(State(records): State<Shared>, Form(form): Form<Fields>) -> Response {
    let mut records = lock(&records);
    let code = form.get("user_code").map(|code| format!("device-{code}")).filter(|_| is_ada(&form));
    match code.and_then(|code| records.devices.get_mut(&code)) {
        Some(confirmed) => {
            *confirmed = true;
            "You are logged in. You can close this page.".into_response()
        }
        None => (StatusCode::BAD_REQUEST, "the code, the name or the password is wrong").into_response(),
    }
}

fn is_ada(form: &Fields) -> bool {
    form.get("name").is_some_and(|name| name == "ada")
        && form.get("password").is_some_and(|password| password == "lovelace")
}

async fn device_authorization(State(records): State<Shared>) -> Response {
    let mut records = lock(&records);
    let device_code = records.secret("device");
    let user_code = device_code.trim_start_matches("device-").to_owned();
    records.devices.insert(device_code.clone(), false);
    let page = format!("{}/device", records.issuer);
    Json(json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": 300,
        "interval": 1,
    }))
    .into_response()
}

async fn token(State(records): State<Shared>, Form(form): Form<Fields>) -> Response {
    let mut records = lock(&records);
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    match field("grant_type") {
        "authorization_code" => {
            let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(field("code_verifier")));
            let begun = records.codes.remove(field("code"));
            if begun.is_none_or(|begun| begun != (challenge, field("redirect_uri").to_owned())) {
                return refused("invalid_grant");
            }
            records.counts.logins += 1;
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            match records.devices.get(field("device_code")) {
                None => return refused("expired_token"),
                Some(false) => return refused("authorization_pending"),
                Some(true) => records.devices.remove(field("device_code")),
            };
            records.counts.device_logins += 1;
        }
        "refresh_token"
            if records.login.as_ref().is_some_and(|login| login.refresh == field("refresh_token")) =>
        {
            records.counts.refreshes += 1;
        }
        "refresh_token" => {
            records.login = None;
            return refused("invalid_grant");
        }
        _ => return refused("unsupported_grant_type"),
    }
    let login = Login { access: records.secret("access"), refresh: records.secret("refresh"), calls_left: 2 };
    let answer = json!({
        "access_token": login.access,
        "refresh_token": login.refresh,
        "token_type": "Bearer",
        "refresh_token_expires_in": 30 * 24 * 3600,
    });
    records.login = Some(login);
    Json(answer).into_response()
}

fn refused(error: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

async fn revoke(State(records): State<Shared>, Form(form): Form<Fields>) -> StatusCode {
    let mut records = lock(&records);
    let token = form.get("token");
    if records
        .login
        .as_ref()
        .is_some_and(|login| [Some(&login.access), Some(&login.refresh)].contains(&token))
    {
        records.login = None;
    }
    StatusCode::OK
}

async fn me(State(records): State<Shared>, headers: HeaderMap) -> Response {
    let mut records = lock(&records);
    let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match &mut records.login {
        Some(login) if given == format!("Bearer {}", login.access) && login.calls_left > 0 => {
            login.calls_left -= 1;
            "ada".into_response()
        }
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

impl Records {
    /// Returns a new secret. A real server would generate a random secret.
    fn secret(&mut self, prefix: &str) -> String {
        self.issued += 1;
        format!("{prefix}-{:04}", self.issued)
    }
}
