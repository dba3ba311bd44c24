//! Tests that none of the user's values are sent after a redirect to another origin, unless `follow_to` allows that
//! origin.

use afresh::{Body, Result, Tokens, api};
use afresh_tests::{Answer, Origins, Seen, Stage};
use http::HeaderMap;
use reqwest::{Method, Request};
use serde_json::Value;

use crate::api::{ORIGIN, order};
use crate::transports::ConnectTo;

const EVIL: &str = "https://evil.test";

/// A string that is part of each of the user's secrets.
const KEY: &str = "canary";

#[api]
#[header("x-constant" = "canary-constant")]
trait Keys {
    #[get("/orders/{id}")]
    async fn order(
        &self,
        id: u64,
        #[header("x-api-key")] key: &str,
        #[cookie("c")] cookie: &str,
    ) -> Result<Value>;

    #[get("/lists")]
    async fn list(&self, #[header] all: HeaderMap) -> Result<Value>;

    #[post("/orders")]
    async fn place(
        &self,
        #[json("password")] password: &str,
        #[header("x-api-key")] key: &str,
    ) -> Result<Value>;

    #[put("/orders")]
    async fn stream(&self, #[body] body: Body) -> Result<Value>;

    #[post("/empty")]
    async fn empty(&self, #[header("x-api-key")] key: &str) -> Result<Value>;
}

struct Scene {
    elsewhere: Stage,
    other: Stage,
    keys: KeysClient,
}

/// Returns a client whose server responds to every request with the given status and a redirect to `evil.test`.
fn scene(status: u16, follow_to: &[&str]) -> Scene {
    let (home, elsewhere, other) = (Stage::new(), Stage::new(), Stage::new());
    home.respond(move |_| Answer::new(status).header("location", "https://evil.test/orders?signed=1"));
    elsewhere.respond(|_| order(7));
    other.respond(|_| order(8));
    let origins = Origins::new().at(ORIGIN, home).at("evil.test", elsewhere.clone());
    let keys = KeysClient::builder(ORIGIN).connect_to(origins.at("other.test", other.clone()));
    let keys =
        keys.tokens(Tokens::new("canary-token")).header("x-default", "canary-default").follow_to(follow_to);
    Scene { elsewhere, other, keys: keys.build().unwrap() }
}

#[track_caller]
fn assert_bare(seen: &Seen) {
    let everything = format!("{:?} {:?}", seen.headers(), seen.body());
    assert!(!everything.contains(KEY) && seen.body().is_empty(), "{everything}");
    assert_eq!(seen.header("content-type"), None);
}

fn headers() -> HeaderMap {
    HeaderMap::from_iter([("x-mine".parse().unwrap(), "canary-mine".parse().unwrap())])
}

fn by_hand(method: Method, body: &'static str) -> Request {
    let mut request = Request::new(method, format!("{ORIGIN}/orders").parse().unwrap());
    request.headers_mut().insert("x-mine", "canary-mine".parse().unwrap());
    *request.body_mut() = Some(body.into()).filter(|_| !body.is_empty());
    request
}

/// N1: after a redirect to another origin, no header argument, default header, constant header or cookie is sent,
/// whatever the redirect's status.
#[tokio::test(start_paused = true)]
async fn a_redirect_to_another_origin_takes_no_header_of_the_user() {
    for status in [301, 302, 303, 307, 308] {
        let Scene { elsewhere, keys, .. } = scene(status, &[]);
        keys.order(7, "canary-key", "canary-cookie").await.unwrap();
        keys.list(headers()).await.unwrap();
        keys.empty("canary-key").await.unwrap();
        keys.client().execute(by_hand(Method::GET, "")).await.unwrap();
        elsewhere.assert_sends(4);
        elsewhere.log().iter().for_each(assert_bare);
    }
}

/// N1: a request body is sent to another origin only if `follow_to` allows that origin. If a redirect would send the
/// body to another origin, the call fails with an error that names the origin.
#[tokio::test(start_paused = true)]
async fn a_redirect_that_takes_the_body_to_another_origin_is_an_error_that_names_it() {
    for status in [301, 302, 303, 307, 308] {
        let Scene { elsewhere, keys, .. } = scene(status, &[]);
        let by_hand = keys.client().execute(by_hand(Method::POST, "canary-body")).await.map(|_| Value::Null);
        let once = Body::stream(futures_util::stream::iter([Ok::<_, std::io::Error>("canary-body")]));
        let calls = [
            (keys.place("canary-password", "canary-key").await, status > 303),
            (by_hand, status > 303),
            // After a 301 or 302 redirect, a PUT request keeps its HTTP method and body.
            (keys.stream(Body::from("canary-body")).await, status != 303),
            (keys.stream(once).await, status != 303),
        ];
        let mut followed = 0;
        for (result, keeps_body) in calls {
            followed += usize::from(!keeps_body);
            match result {
                Ok(_) => assert!(!keeps_body, "{status}"),
                Err(error) => {
                    let text = format!("{error} {error:?}");
                    assert!(keeps_body && text.contains("`https://evil.test`"), "{status}: {text}");
                    assert!(!text.contains(KEY) && !text.contains("signed"), "{text}");
                }
            }
        }
        elsewhere.assert_sends(followed);
        elsewhere.log().iter().for_each(assert_bare);
    }
}

/// N1: `follow_to` lets redirects send bodies, header arguments and default headers to the named origin. Even with
/// `follow_to`, the credential and the cookies are never sent to the named origin.
#[tokio::test(start_paused = true)]
async fn follow_to_allows_bodies_and_headers_but_no_credential() {
    for status in [307, 308] {
        let Scene { elsewhere, keys, .. } = scene(status, &[EVIL]);
        keys.place("canary-password", "canary-key").await.unwrap();
        keys.order(7, "canary-key", "canary-cookie").await.unwrap();
        let seen = &elsewhere.log()[0];
        assert_eq!(seen.route(), "POST /orders");
        assert_eq!(seen.body(), r#"{"password":"canary-password"}"#);
        for seen in elsewhere.log() {
            for (name, value) in [("x-api-key", "canary-key"), ("x-default", "canary-default")] {
                assert_eq!(seen.header(name), Some(value));
            }
            assert_eq!(
                (seen.header("authorization"), seen.header("cookie")),
                (None, None),
                "`authorization` and `cookie` headers"
            );
        }
    }
}

/// N1: `follow_to` allows only the named origins, and each redirect is checked separately.
#[tokio::test(start_paused = true)]
async fn follow_to_counts_for_the_named_origin_only() {
    let Scene { elsewhere, other, keys } = scene(307, &["https://evil.test:443/"]);
    elsewhere.respond(|_| Answer::new(307).header("location", "https://other.test/"));
    keys.order(7, "canary-key", "canary-cookie").await.unwrap();
    assert_eq!(elsewhere.log()[0].header("x-api-key"), Some("canary-key"));
    assert_bare(&other.log()[0]);
    let error = keys.place("canary-password", "canary-key").await.unwrap_err();
    assert!(error.to_string().contains("`https://other.test`"), "{error}");
    other.assert_sends(1);
    for named in ["https://evil.test:8443", "http://127.0.0.1", "https://sub.evil.test"] {
        let Scene { elsewhere, keys, .. } = scene(307, &[named]);
        keys.place("canary-password", "canary-key").await.unwrap_err();
        elsewhere.assert_sends(0);
    }
}

#[test]
fn only_origins_can_be_followed_to() {
    for wrong in [
        "evil.test",
        "",
        "ftp://evil.test",
        "https://evil.test/path",
        "https://u@evil.test",
        "https://evil.test/?a",
    ] {
        let error = KeysClient::builder(ORIGIN).follow_to([wrong]).build().unwrap_err();
        assert!(error.is_builder() && error.to_string().contains("follow_to"), "{wrong}: {error}");
    }
    let plain = || KeysClient::builder(ORIGIN).follow_to(["http://files.test"]);
    assert!(plain().build().unwrap_err().to_string().contains("allow_http"));
    plain().allow_http().build().unwrap();
}

/// N1: `follow_to` on a call allows additional origins for all redirects of that call, but not for other calls.
#[tokio::test(start_paused = true)]
async fn follow_to_of_a_call_counts_for_this_call_alone() {
    let Scene { elsewhere, keys, .. } = scene(307, &[]);
    keys.place("canary-password", "canary-key").follow_to([EVIL]).await.unwrap();
    let seen = &elsewhere.log()[0];
    assert_eq!(seen.body(), r#"{"password":"canary-password"}"#);
    assert_eq!(
        (seen.header("x-api-key"), seen.header("authorization")),
        (Some("canary-key"), None),
        "`x-api-key` and `authorization` headers"
    );
    keys.place("canary-password", "canary-key").await.unwrap_err();
    elsewhere.assert_sends(1);

    let Scene { elsewhere, other, keys } = scene(307, &[EVIL]);
    elsewhere.respond(|_| Answer::new(307).header("location", "https://other.test/"));
    keys.place("canary-password", "canary-key").follow_to(["https://other.test"]).await.unwrap();
    assert_eq!(other.log()[0].header("x-api-key"), Some("canary-key"));
}

/// If `follow_to` names an invalid origin, or an `http` origin that the client does not allow, the call fails.
#[tokio::test(start_paused = true)]
async fn a_call_follows_to_origins_only() {
    let Scene { keys, .. } = scene(307, &[]);
    for wrong in ["evil.test", "ftp://evil.test", "https://evil.test/path", "http://files.test"] {
        let error = keys.place("canary-password", "k").follow_to([EVIL, wrong]).await.unwrap_err();
        assert!(error.is_request() && error.to_string().contains("follow_to"), "{wrong}: {error}");
        assert_eq!(error.receipt().map(afresh::Receipt::sends).unwrap_or_default(), 0, "{wrong}");
    }
    let home = Stage::new();
    home.respond(|_| order(7));
    let keys = KeysClient::builder(ORIGIN).connect_to(home).allow_http().tokens(Tokens::new("a"));
    keys.build().unwrap().place("password", "k").follow_to(["http://files.test"]).await.unwrap();
}
