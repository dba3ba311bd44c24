//! Tests the quickstart's server with handwritten requests: which requests the server rejects, and which events it
//! counts.

#[path = "../quickstart/jwt.rs"]
mod jwt;
#[path = "../quickstart/server.rs"]
mod server;
#[path = "../quickstart/timeline.rs"]
mod timeline;

use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use server::Server;
use timeline::Kind;

const LONG: Duration = Duration::from_mins(10);
const EXPIRED_AT_ONCE: Duration = Duration::ZERO;

struct Tokens {
    access: String,
    cookie: String,
}

struct Driver {
    http: Client,
    server: Server,
}

impl Driver {
    async fn new(lifetime: Duration) -> Self {
        let http = Client::builder().no_proxy().build().unwrap();
        Self { http, server: Server::start(lifetime).await.unwrap() }
    }

    async fn send(&self, method: Method, path: &str, header: (&str, &str), body: Value) -> Response {
        let request =
            self.http.request(method, format!("{}{path}", self.server.url)).header(header.0, header.1);
        request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap()
    }

    async fn login(&self) -> Tokens {
        let credentials = json!({ "name": "ada", "password": "lovelace" });
        tokens(self.send(Method::POST, "/api/user/login", ("x", "y"), credentials).await).await
    }

    async fn refresh(&self, cookie: &str) -> Response {
        self.send(Method::POST, "/api/user/refresh_token", ("cookie", cookie), Value::Null).await
    }

    async fn order(&self, header: (&str, &str)) -> (u16, Value) {
        let response = self.send(Method::GET, "/api/orders/7", header, Value::Null).await;
        (response.status().as_u16(), body(response).await)
    }

    fn count(&self, kind: Kind) -> usize {
        self.server.timeline().count(kind)
    }
}

async fn body(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

async fn tokens(response: Response) -> Tokens {
    assert_eq!(response.status(), 200);
    let set_cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set_cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/api/user"), "{set_cookie}");
    let cookie = set_cookie.split(';').next().unwrap().to_owned();
    let body = body(response).await;
    assert_eq!(body.as_object().unwrap().len(), 1, "the body has only the access token: {body}");
    Tokens { access: body["access_token"].as_str().unwrap().to_owned(), cookie }
}

fn refusal(reason: &str) -> (u16, Value) {
    (403, json!({ "status": { "text": reason, "severity": "error" } }))
}

#[tokio::test]
async fn a_valid_token_is_answered() {
    let driver = Driver::new(LONG).await;
    let access = driver.login().await.access;
    assert_eq!(
        driver.order(("authorization", &access)).await,
        (200, json!({ "id": 7, "customer": "ada" })),
        "status and body of the order"
    );
    assert_eq!(
        (driver.count(Kind::Sent), driver.count(Kind::Answered)),
        (1, 1),
        "one call is sent and answered"
    );
}

#[tokio::test]
async fn any_other_token_is_refused_with_403_and_the_reason() {
    let driver = Driver::new(EXPIRED_AT_ONCE).await;
    let expired = driver.login().await.access;
    let foreign = Driver::new(LONG).await.login().await.access;
    assert_eq!(driver.order(("authorization", &expired)).await, refusal("jwt expired"));
    assert_eq!(driver.order(("authorization", &foreign)).await, refusal("invalid signature"));
    assert_eq!(driver.order(("authorization", "token")).await, refusal("jwt malformed"));
    assert_eq!(driver.order(("authorization", &format!("Bearer {expired}"))).await, refusal("jwt malformed"));
    assert_eq!(driver.order(("x", "y")).await, refusal("jwt must be provided"));
    assert_eq!(
        (driver.count(Kind::Refused), driver.count(Kind::Answered)),
        (5, 0),
        "five requests are refused and none is answered"
    );
    assert_eq!(
        (driver.count(Kind::Sent), driver.count(Kind::SentAgain)),
        (1, 4),
        "the server counts the other four requests as sent again"
    );
}

#[tokio::test]
async fn a_refresh_rotates_the_cookie_and_a_spent_one_ends_the_session() {
    let driver = Driver::new(LONG).await;
    let first = driver.login().await;
    let second = tokens(driver.refresh(&first.cookie).await).await;
    assert_eq!(driver.order(("authorization", &second.access)).await.0, 200);

    let spent = driver.refresh(&first.cookie).await;
    assert_eq!(
        (spent.status().as_u16(), body(spent).await),
        refusal("refresh token was already used"),
        "status and body of the refusal"
    );
    assert_eq!(driver.refresh(&second.cookie).await.status(), 403, "the session is over");
    assert_eq!(
        (driver.count(Kind::Refreshed), driver.count(Kind::SpentCookie)),
        (1, 1),
        "one refresh succeeds, and the spent cookie is reported"
    );
    assert_eq!(driver.server.received()["POST /api/user/refresh_token"], 3);
}

#[tokio::test]
async fn a_refresh_needs_the_cookie() {
    let driver = Driver::new(LONG).await;
    let access = driver.login().await.access;
    for cookie in ["a=b", "refresh_token=", &format!("refresh_token={access}")] {
        assert_eq!(driver.refresh(cookie).await.status(), 403);
    }
    assert_eq!(driver.count(Kind::Refreshed), 0);
}

#[tokio::test]
async fn a_logout_ends_the_session_and_removes_the_cookie() {
    let driver = Driver::new(LONG).await;
    let cookie = driver.login().await.cookie;
    let response = driver.send(Method::POST, "/api/user/logout", ("cookie", &cookie), Value::Null).await;
    assert_eq!(response.status(), 204);
    let removal = response.headers()["set-cookie"].to_str().unwrap();
    assert!(removal.starts_with("refresh_token=;") && removal.contains("Max-Age=0"), "{removal}");
    assert_eq!(driver.refresh(&cookie).await.status(), 403);
    driver.send(Method::POST, "/api/user/logout", ("x", "y"), Value::Null).await;
    assert_eq!(
        (driver.count(Kind::LoggedOut), driver.count(Kind::SpentCookie)),
        (1, 0),
        "one logout is reported, and no spent cookie"
    );
}

#[tokio::test]
async fn a_login_needs_the_password() {
    let driver = Driver::new(LONG).await;
    let credentials = json!({ "name": "ada", "password": "byron" });
    let response = driver.send(Method::POST, "/api/user/login", ("x", "y"), credentials).await;
    assert_eq!(
        (response.status().as_u16(), body(response).await),
        refusal("wrong name or password"),
        "status and body of the refusal"
    );
}

#[tokio::test]
async fn the_timeline_puts_events_of_one_kind_on_one_line() {
    let driver = Driver::new(EXPIRED_AT_ONCE).await;
    let access = driver.login().await.access;
    let before = driver.server.timeline();
    driver.order(("authorization", &access)).await;
    driver.order(("authorization", &access)).await;
    let after = driver.server.timeline().since(&before);
    let lines: Vec<_> =
        after.to_string().lines().map(|line| line.split("ms").last().unwrap().trim().to_owned()).collect();
    assert_eq!(
        lines,
        ["1 x sent          token 1", "2 x refused: 403  token 1", "1 x sent again    token 1"]
    );
}
