//! A server for many users, each with an expired first token. The server does not store users, because each token
//! contains its user's number.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use serde_json::{Value, json};

use super::answers;
use super::guard::{Guard, Reported, refusal};

/// Returns a user's first access token, which has expired.
pub fn expired(user: u64) -> String {
    format!("access-{user}-1")
}

pub fn refresh_token(user: u64) -> String {
    format!("refresh-{user}")
}

#[derive(Default)]
pub struct Counts {
    refreshes: AtomicU64,
    refusals: AtomicU64,
}

/// Responds to a refresh with the user's second access token. Responds with the user's number to a call that carries
/// the user's second access token. Rejects all other calls.
pub async fn any(
    request: Request<Incoming>,
    counts: Arc<Counts>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = if body.is_end_stream() {
        Bytes::new()
    } else {
        body.collect().await.map(|body| body.to_bytes()).unwrap_or_default()
    };
    let token = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let user = token.strip_prefix("Bearer access-").and_then(|rest| rest.strip_suffix("-2"));
    Ok(match (head.uri.path(), user) {
        ("/reported", _) => answers::json(&Reported {
            refreshes: counts.refreshes.load(Relaxed),
            refusals: counts.refusals.load(Relaxed),
            at_once: 0,
        }),
        ("/refresh", _) => {
            counts.refreshes.fetch_add(1, Relaxed);
            let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
            let user = sent["refresh_token"].as_str().and_then(|token| token.strip_prefix("refresh-"));
            let user = user.unwrap_or_default();
            answers::json(&json!({ "access_token": format!("access-{user}-2"), "expires_in": 3600 }))
        }
        (_, Some(user)) => answers::json(&json!({ "user": user.parse::<u64>().unwrap_or_default() })),
        _ => {
            counts.refusals.fetch_add(1, Relaxed);
            refusal(Guard::Reported)
        }
    })
}
