//! Tests the table in the docs of [`Retry`](super::policy::Retry): each failure with each kind of method and body.

use std::convert::Infallible;
use std::io::{Error as IoError, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use futures_util::stream;
use reqwest::Response;
use tower::service_fn;

use super::policy::Retry;
use crate::__private as private;
use crate::declaration::endpoint::{ApiInfo, Endpoint};
use crate::error::{BoxError, Result};
use crate::platform::fetch_error::FetchError;
use crate::{Body, Client, Tokens};

static API: ApiInfo = ApiInfo::new("Shop");

const fn method(verb: &'static str) -> Endpoint {
    Endpoint::new(&API, "Shop::order", verb, &["/orders"])
}

static GET: Endpoint = method("GET");
static PUT: Endpoint = method("PUT");
static DELETE: Endpoint = method("DELETE");
static POST: Endpoint = method("POST");
static PATCH: Endpoint = method("PATCH");
static PUBLIC: Endpoint = method("GET").public();
static IDEMPOTENT: Endpoint = method("POST").idempotent();
static WITH_KEY: Endpoint = method("POST").idempotency_key("idempotency-key");
static NO_REPLAY: Endpoint = method("GET").no_replay();
static NO_REPLAY_KEY: Endpoint = method("POST").no_replay().idempotency_key("idempotency-key");
static LOGIN: Endpoint = method("PUT").login();
static LOGOUT: Endpoint = method("DELETE").logout();

#[derive(Clone, Copy, Debug, PartialEq)]
enum Row {
    NeverSent,
    /// A browser reports a network error but hides its cause.
    Hidden,
    Reset,
    TimedOut,
    BrokenBody,
    Status(u16),
}

const ROWS: [Row; 13] = [
    Row::NeverSent,
    Row::Hidden,
    Row::Reset,
    Row::TimedOut,
    Row::BrokenBody,
    Row::Status(429),
    Row::Status(502),
    Row::Status(503),
    Row::Status(504),
    Row::Status(404),
    Row::Status(408),
    Row::Status(500),
    Row::Status(401),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum SentBody {
    Absent,
    Bytes,
    OneShot,
}

fn answer(row: Row) -> std::result::Result<Response, BoxError> {
    let io = |kind| Err(IoError::new(kind, "on purpose").into());
    match row {
        Row::NeverSent => io(ErrorKind::ConnectionRefused),
        Row::Hidden => Err(FetchError::Network.into()),
        Row::Reset => io(ErrorKind::ConnectionReset),
        Row::TimedOut => io(ErrorKind::TimedOut),
        Row::BrokenBody => {
            let chunks = [Ok(Bytes::from("\"be")), Err(IoError::other("on purpose"))];
            Ok(http::Response::new(reqwest::Body::wrap_stream(stream::iter(chunks))).into())
        }
        Row::Status(status) => Ok(http::Response::builder().status(status).body("").unwrap().into()),
    }
}

/// Returns the number of times that a call is sent if each attempt fails as `row` specifies.
async fn sends(row: Row, endpoint: &'static Endpoint, body: SentBody) -> u32 {
    let sends = Arc::new(AtomicU32::new(0));
    let counted = sends.clone();
    let transport = service_fn(move |_: reqwest::Request| {
        counted.fetch_add(1, Ordering::Relaxed);
        async move { answer(row) }
    });
    let builder = Client::builder("https://shop.test").transport(transport).retry(Retry::default());
    let client = builder.tokens(Tokens::new("access")).build().unwrap();
    let mut call = private::call(&client, endpoint);
    let mut logout = private::logout_call(&client, endpoint);
    set_body(if endpoint.role == private::Role::Logout { &mut logout } else { &mut call }, body);
    let error = match endpoint.role {
        private::Role::Login => private::login::<Result<Tokens>, _>(&client, call).await.err(),
        private::Role::Logout => private::logout::<Result<()>, _>(&client, logout).await.err(),
        _ => private::send::<Result<String>, _>(&client, call).await.err(),
    };
    let error = error.unwrap_or_else(|| panic!("the call must fail for {row:?}"));
    assert!(!error.is_request(), "{row:?}, {body:?}: {error}");
    sends.load(Ordering::Relaxed)
}

fn set_body(call: &mut private::Call, body: SentBody) {
    match body {
        SentBody::Absent => {}
        SentBody::Bytes => call.body(Bytes::from_static(b"order")),
        SentBody::OneShot => {
            let chunk = Ok::<_, Infallible>(Bytes::from_static(b"order"));
            call.body(Body::stream(stream::iter([chunk])));
        }
    }
}

fn is_retried(row: Row, name: &str, body: SentBody) -> bool {
    let once = matches!(name, "no_replay" | "no_replay with a key" | "login" | "logout");
    let idempotent = !matches!(name, "post" | "patch");
    match row {
        _ if body == SentBody::OneShot => false,
        Row::NeverSent => true,
        _ if once => false,
        Row::Status(429) => true,
        Row::Hidden | Row::Reset | Row::TimedOut | Row::BrokenBody | Row::Status(502..=504) => idempotent,
        Row::Status(_) => false,
    }
}

#[tokio::test(start_paused = true)]
async fn the_table_of_retries_holds_for_each_fault_method_and_body() {
    let methods: [(&str, &'static Endpoint); 12] = [
        ("get", &GET),
        ("put", &PUT),
        ("delete", &DELETE),
        ("post", &POST),
        ("patch", &PATCH),
        ("public", &PUBLIC),
        ("idempotent", &IDEMPOTENT),
        ("with a key", &WITH_KEY),
        ("no_replay", &NO_REPLAY),
        ("no_replay with a key", &NO_REPLAY_KEY),
        ("login", &LOGIN),
        ("logout", &LOGOUT),
    ];
    for row in ROWS {
        for (name, endpoint) in methods {
            for body in [SentBody::Absent, SentBody::Bytes, SentBody::OneShot] {
                let expected = if is_retried(row, name, body) { 3 } else { 1 };
                assert_eq!(sends(row, endpoint, body).await, expected, "{row:?}, {name}, {body:?}");
            }
        }
    }
}
