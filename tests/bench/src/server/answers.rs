//! The server's responses: an item, an empty response, or many items.

use std::convert::Infallible;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use serde::Serialize;

use crate::item::Item;

/// Reads the whole request and returns the response for its path.
pub async fn any(request: Request<Incoming>, pause: Duration) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if !body.is_end_stream() {
        let _ = body.collect().await;
    }
    // The server sleeps on its only thread before it responds, because Tokio's timer is too coarse for a delay of
    // microseconds.
    if !pause.is_zero() {
        std::thread::sleep(pause);
    }
    Ok(by_path(head.uri.path()))
}

pub fn by_path(path: &str) -> Response<Full<Bytes>> {
    let mut parts = path.trim_start_matches('/').split('/');
    match parts.next() {
        Some("nothing") => {
            let mut empty = Response::new(Full::default());
            *empty.status_mut() = StatusCode::NO_CONTENT;
            empty
        }
        Some("many") => reported(many(parts.next().and_then(|length| length.parse().ok()).unwrap_or(0))),
        _ => json(&Item::numbered(parts.next().and_then(|id| id.parse().ok()).unwrap_or(1))),
    }
}

pub fn json(value: &impl Serialize) -> Response<Full<Bytes>> {
    reported(serde_json::to_vec(value).unwrap_or_default().into())
}

fn reported(json: Bytes) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(json));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// Returns a JSON array of approximately `length` bytes. The array for each length is generated once and then reused.
fn many(length: usize) -> Bytes {
    static MADE: Mutex<Vec<(usize, Bytes)>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().expect("no panic");
    if let Some((_, bytes)) = made.iter().find(|(of, _)| *of == length) {
        return bytes.clone();
    }
    let one = serde_json::to_vec(&Item::numbered(1)).unwrap_or_default().len();
    let items: Vec<Item> = (0..length / one).map(|id| Item::numbered(id as u64)).collect();
    let bytes = Bytes::from(serde_json::to_vec(&items).unwrap_or_default());
    made.push((length, bytes.clone()));
    bytes
}
