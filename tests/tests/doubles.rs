//! Tests the fake servers themselves, because all other tests rely on them.

#[path = "doubles/authority.rs"]
mod authority;
#[path = "doubles/exchanges.rs"]
mod exchanges;
#[path = "doubles/handlings.rs"]
mod handlings;
#[path = "doubles/sockets.rs"]
mod sockets;
#[path = "doubles/spent_tokens.rs"]
mod spent_tokens;
#[path = "doubles/stage.rs"]
mod stage;
#[path = "doubles/world.rs"]
mod world;

use afresh_tests::{BoxError, Double, InMemory};
use tokio::task::JoinHandle;
use tower::ServiceExt;

type Sent = Result<reqwest::Response, BoxError>;

fn request(method: &str, url: &str) -> reqwest::Request {
    reqwest::Request::new(method.parse().unwrap(), url.parse().unwrap())
}

fn get(path: &str) -> reqwest::Request {
    request("GET", &format!("https://api.test{path}"))
}

fn get_as(token: &str, path: &str) -> reqwest::Request {
    let mut request = get(path);
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

fn post(path: &str, body: impl serde::Serialize) -> reqwest::Request {
    let mut request = request("POST", &format!("https://api.test{path}"));
    *request.body_mut() = Some(serde_json::to_vec(&body).unwrap().into());
    request
}

/// Sends the request from a new task and returns immediately. The request is sent at the test's next `await`.
fn send<D: Double>(service: &InMemory<D>, request: reqwest::Request) -> JoinHandle<Sent> {
    tokio::spawn(service.clone().oneshot(request))
}

async fn json(response: reqwest::Response) -> serde_json::Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}
