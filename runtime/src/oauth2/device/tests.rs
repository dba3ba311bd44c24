//! Tests the device flow with an in-memory server and a paused clock.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use form_urlencoded::parse;
use http::Response as HttpResponse;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::service_fn;

use super::*;
use crate::error::BoxError;
use crate::oauth2::Server;
use crate::session::SessionState;
use crate::transport::transport::Transport;

const SECRET: &str = "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS";

#[derive(Clone)]
enum Step {
    Answer(u16, Value),
    RetryAfter(u16, &'static str),
    Reset,
    Hang,
}

use Step::{Answer, Hang, Reset, RetryAfter};

#[derive(Clone, Default)]
struct IdServer(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    steps: VecDeque<Step>,
    seen: Vec<(Instant, Vec<(String, String)>)>,
}

impl IdServer {
    /// Creates a server that handles each request with the next item in `steps`. If there are more requests than items
    /// in `steps`, the server handles the additional requests with the last item.
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let inner = Inner { steps: steps.into_iter().collect(), seen: Vec::new() };
        Self(Arc::new(Mutex::new(inner)))
    }

    fn app(&self) -> App {
        let state = self.0.clone();
        let service = service_fn(move |request: reqwest::Request| {
            let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
            let step = {
                let mut state = state.lock().unwrap();
                state.seen.push((Instant::now(), parse(body).into_owned().collect()));
                let step = state.steps.pop_front().unwrap();
                if state.steps.is_empty() {
                    state.steps.push_back(step.clone());
                }
                step
            };
            async move { respond(step).await }
        });
        let server = Server::new("https://id.test/authorize", "https://id.test/token")
            .device_endpoint("https://id.test/device");
        Server { http: Some(Transport::service(service)), ..server }.client("cli")
    }

    /// Returns the seconds between consecutive requests, starting with the device request.
    fn waits(&self) -> Vec<u64> {
        let state = self.0.lock().unwrap();
        state.seen.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_secs()).collect()
    }

    fn parameters(&self, request: usize) -> Vec<(String, String)> {
        self.0.lock().unwrap().seen[request].1.clone()
    }

    fn requests(&self) -> usize {
        self.0.lock().unwrap().seen.len()
    }
}

async fn respond(step: Step) -> Result<reqwest::Response, BoxError> {
    let response = |builder: http::response::Builder, body: String| Ok(builder.body(body).unwrap().into());
    let with_status = |status| HttpResponse::builder().status(status);
    match step {
        Answer(status, body) => response(with_status(status), body.to_string()),
        RetryAfter(status, wait) => response(with_status(status).header("retry-after", wait), String::new()),
        Reset => Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
        Hang => std::future::pending().await,
    }
}

/// Returns a valid response from the device endpoint, modified by `change`.
fn device(change: &Value) -> Step {
    let mut answer = json!({
        "device_code": SECRET, "user_code": "WDJB-MJHT", "verification_uri": "https://id.test/activate",
        "verification_uri_complete": "https://id.test/activate?code=WDJB-MJHT", "expires_in": 900,
    });
    for (name, value) in change.as_object().unwrap() {
        answer[name] = value.clone();
    }
    Answer(200, answer)
}

fn error(status: u16, code: &str) -> Step {
    Answer(status, json!({ "error": code }))
}

fn pending() -> Step {
    error(400, "authorization_pending")
}

fn tokens() -> Step {
    let answer = json!({ "access_token": "at", "refresh_token": "rt", "token_type": "Bearer", "scope": "a", "expires_in": 60 });
    Answer(200, answer)
}

async fn log_in(server: &IdServer) -> (Result<Tokens>, Session) {
    let session = Session::new();
    let code = server.app().scope("orders").device().start().await.unwrap();
    let outcome = code.finish(&session).await;
    (outcome, session)
}

#[tokio::test(start_paused = true)]
async fn the_session_is_set_when_the_person_has_logged_in() {
    let server = IdServer::new([device(&json!({})), pending(), pending(), tokens()]);
    let session = Session::new();
    let code = server
        .app()
        .scope("orders")
        .param("audience", "shop")
        .resource("https://shop.test/")
        .device()
        .start()
        .await
        .unwrap();
    assert_eq!(code.user_code(), "WDJB-MJHT");
    assert_eq!(code.verification_uri(), "https://id.test/activate");
    assert_eq!(code.verification_uri_complete(), Some("https://id.test/activate?code=WDJB-MJHT"));
    assert_eq!(code.expires_in(), Duration::from_secs(900));
    let shown = format!("{code:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("WDJB"), "{shown}");
    let tokens = code.finish(&session).await.unwrap();
    assert_eq!(session.tokens(), Some(tokens.clone()));
    assert_eq!((tokens.scope(), tokens.token_type()), (Some("a"), Some("Bearer")));
    assert_eq!(tokens.expires_in(), Some(Duration::from_secs(60)));
    assert_eq!(server.waits(), [5, 5, 5], "the interval must be 5 s if the server sends none");
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(
        server.parameters(0),
        pairs(&[
            ("scope", "orders"),
            ("resource", "https://shop.test/"),
            ("audience", "shop"),
            ("client_id", "cli")
        ])
    );
    assert_eq!(
        server.parameters(1),
        pairs(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", SECRET),
            ("resource", "https://shop.test/"),
            ("client_id", "cli"),
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn slow_down_adds_five_seconds_for_good() {
    let steps = [
        device(&json!({ "interval": 2 })),
        pending(),
        error(400, "slow_down"),
        pending(),
        error(429, "slow_down"),
        pending(),
        tokens(),
    ];
    let server = IdServer::new(steps);
    log_in(&server).await.0.unwrap();
    // A 429 response means that the server is overloaded, even if the body contains `slow_down`. The client doubles the
    // wait between its requests until the server sends a different response.
    assert_eq!(server.waits(), [2, 2, 7, 7, 14, 7], "waits in seconds");
}

#[tokio::test(start_paused = true)]
async fn lost_answers_and_overload_do_not_end_the_wait() {
    let steps = [
        device(&json!({ "interval": 1 })),
        Reset,
        Answer(502, json!("<html>")),
        Answer(500, json!({ "error": "server_error" })),
        RetryAfter(429, "30"),
        Hang,
        tokens(),
    ];
    let server = IdServer::new(steps);
    let (outcome, session) = log_in(&server).await;
    outcome.unwrap();
    assert_eq!(session.state(), SessionState::LoggedIn);
    // The wait between requests grows only if the server is overloaded or does not respond in time.
    assert_eq!(server.waits(), [1, 1, 1, 1, 30, 10 + 60], "waits in seconds");
}

#[tokio::test(start_paused = true)]
async fn the_login_ends_with_the_code() {
    for step in [pending(), Reset, Hang, RetryAfter(503, "100000")] {
        let server = IdServer::new([device(&json!({ "expires_in": 60 })), step]);
        let start = Instant::now();
        let (outcome, session) = log_in(&server).await;
        let error = outcome.unwrap_err();
        assert!(error.is_login_unavailable() && error.to_string().contains("expired"), "{error}");
        assert_eq!(start.elapsed().as_secs(), 60);
        assert_eq!(session.state(), SessionState::LoggedOut);
    }
}

#[tokio::test(start_paused = true)]
async fn the_answers_of_the_server_that_end_the_login() {
    for status in [400, 200, 403] {
        let server = IdServer::new([device(&json!({})), error(status, "access_denied")]);
        let denied = log_in(&server).await.0.unwrap_err();
        assert!(denied.is_login_denied() && denied.to_string().contains("access_denied"), "{denied}");
        let server = IdServer::new([device(&json!({})), error(status, "expired_token")]);
        let expired = log_in(&server).await.0.unwrap_err();
        assert!(expired.is_login_unavailable() && !expired.is_login_denied(), "{expired}");
        let server = IdServer::new([device(&json!({})), error(status, "invalid_grant")]);
        assert!(log_in(&server).await.0.unwrap_err().is_login_denied());
        assert_eq!(server.requests(), 2);
    }
}

/// GitHub returns device login errors with status 200.
#[tokio::test(start_paused = true)]
async fn errors_with_status_200_are_errors() {
    let server = IdServer::new([
        device(&json!({})),
        error(200, "authorization_pending"),
        error(200, "slow_down"),
        tokens(),
    ]);
    log_in(&server).await.0.unwrap();
    assert_eq!(server.waits(), [5, 5, 10], "waits in seconds");
    let server = IdServer::new([error(200, "device_flow_disabled")]);
    let denied = server.app().device().start().await.unwrap_err();
    assert!(denied.is_login_denied() && denied.to_string().contains("device_flow_disabled"), "{denied}");
}

#[tokio::test(start_paused = true)]
async fn intervals_that_servers_write_wrongly_are_tolerated() {
    for (interval, seconds) in [(json!(0), 1), (json!("7"), 7), (json!("soon"), 5), (json!(null), 5)] {
        let server = IdServer::new([device(&json!({ "interval": interval })), pending(), tokens()]);
        log_in(&server).await.0.unwrap();
        assert_eq!(server.waits(), [seconds, seconds], "waits for {interval}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_be_asked_for_a_code_is_unavailable() {
    for step in [Reset, Hang, Answer(503, json!({}))] {
        let error = IdServer::new([step]).app().device().start().await.unwrap_err();
        assert!(error.is_login_unavailable(), "{error}");
    }
    let app = Server::new("https://id.test/authorize", "https://id.test/token").client("cli");
    let error = app.device().start().await.unwrap_err();
    assert!(
        error.is_login_unavailable() && error.to_string().contains("device authorization endpoint"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_description_is_shown_and_an_echo_of_the_device_code_is_not() {
    let refused = |text: &str| Answer(400, json!({ "error": "access_denied", "error_description": text }));
    let server = IdServer::new([device(&json!({})), refused("Ann\u{202e} said\r\nno\u{1b}[0m")]);
    let shown = log_in(&server).await.0.unwrap_err().to_string();
    assert!(shown.ends_with("access_denied (Ann said no[0m)"), "{shown}");
    let server = IdServer::new([device(&json!({})), refused(&format!("bad code {SECRET}"))]);
    let error = log_in(&server).await.0.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(&SECRET[..8]), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_logout_during_the_wait_discards_the_login() {
    let server = IdServer::new([device(&json!({})), pending(), tokens()]);
    let session = Session::new();
    session.set(Tokens::new("old"));
    let code = server.app().device().start().await.unwrap();
    let finishing = tokio::spawn(code.finish(&session));
    sleep(Duration::from_secs(7)).await;
    session.clear();
    finishing.await.unwrap().unwrap_err();
    assert_eq!(session.state(), SessionState::LoggedOut);
}
