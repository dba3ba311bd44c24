//! After a refresh, a call is sent again with the body that was encoded for its first request. If a call must be sent
//! again but its body cannot be sent twice, the call returns an error.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use afresh::{Body, Result, api};
use afresh_tests::{Answer, Handling, Role, World};
use bytes::Bytes;
use futures_util::stream;
use reqwest::Method;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tower::{ServiceExt, service_fn};

use crate::api::{ORIGIN, ShopClient, logged_in_client, tokens};
use crate::waiting::done;

#[api]
trait Uploads {
    #[post("/files")]
    async fn file(&self, #[body] file: Body) -> Result<Value>;

    #[post("/bytes")]
    async fn bytes(&self, #[body] bytes: Bytes) -> Result<Value>;

    #[post("/texts")]
    async fn text(&self, #[json] text: &str) -> Result<Value>;

    #[post("/notes/{id}")]
    async fn note(
        &self,
        id: &str,
        #[query] q: &str,
        #[json("note")] note: &Counted,
        #[json("to")] to: &[&str],
    ) -> Result<Value>;

    #[post("/forms")]
    async fn form(&self, #[form("id")] id: u64, #[form("note")] note: &Counted) -> Result<Value>;

    #[no_replay]
    #[post("/files")]
    async fn file_once(&self, #[body] file: Body) -> Result<Value>;
}

/// A value that counts how many times it is serialized.
#[derive(Default)]
struct Counted(AtomicUsize);

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        to.serialize_str("a \"quoted\" note")
    }
}

fn uploads(world: &World) -> (ShopClient, UploadsClient) {
    let shop = logged_in_client(world);
    let uploads = UploadsClient::new(shop.client().clone());
    (shop, uploads)
}

fn one_shot() -> Body {
    Body::stream(stream::iter(["chunk ", "by ", "chunk"].map(Ok::<_, Infallible>)))
}

pub fn accepted() -> (u16, Value) {
    (200, json!({}))
}

/// Asserts that the last two requests differ only in the token, and returns the body that both requests contain.
pub fn body_of_both(world: &World) -> Bytes {
    let [.., first, second] = &*world.stage.log() else { panic!("two sends") };
    assert_eq!(first.differences(second), ["header authorization"]);
    assert_eq!(first.body_hash(), second.body_hash());
    second.body().clone()
}

/// L1: if a call is sent twice, its JSON body, form or JSON fields are serialized once, and both requests contain the
/// same bytes.
#[tokio::test(start_paused = true)]
async fn a_body_is_serialized_once_and_sent_again_unchanged() {
    let world = World::new();
    world.guard_with(403, |_| accepted());
    let (_, uploads) = uploads(&world);
    let counted = Counted::default();
    world.authority.expire();
    uploads.note("a/b", "c d", &counted, &["x", "y"]).await.unwrap();
    let expected = json!({ "note": "a \"quoted\" note", "to": ["x", "y"] });
    assert_eq!(serde_json::from_slice::<Value>(&body_of_both(&world)).unwrap(), expected);
    assert_eq!(counted.0.load(Ordering::Relaxed), 1);

    world.authority.expire();
    uploads.form(7, &counted).await.unwrap();
    assert_eq!(body_of_both(&world), "id=7&note=a+%22quoted%22+note");
    assert_eq!(counted.0.load(Ordering::Relaxed), 2);
    world.authority.assert_refreshes(2);
}

/// L1, L8: if a call is sent twice, both requests use the caller's `Bytes` without copying them.
#[tokio::test(start_paused = true)]
async fn bytes_are_sent_twice_without_a_copy() {
    let world = World::new();
    world.guard_with(403, |_| accepted());
    let (_, uploads) = uploads(&world);
    world.authority.expire();
    let bytes = Bytes::from(vec![7; 100_000]);
    uploads.bytes(bytes.clone()).await.unwrap();
    assert_eq!(body_of_both(&world), bytes);
    for seen in world.stage.log() {
        assert_eq!(seen.body().as_ptr(), bytes.as_ptr());
    }
}

/// L2: when a call is sent again, its body, path and query are not encoded again.
#[tokio::test(start_paused = true)]
async fn nothing_is_encoded_twice() {
    let world = World::new();
    world.guard_with(403, |_| accepted());
    let (_, uploads) = uploads(&world);
    world.authority.expire();
    uploads.text("{\"already\": \"JSON\"} %22").await.unwrap();
    assert_eq!(body_of_both(&world), r#""{\"already\": \"JSON\"} %22""#);
    world.authority.expire();
    uploads.note("50%", "a%20b+c", &Counted::default(), &[]).await.unwrap();
    body_of_both(&world);
    for seen in &world.stage.log()[2..] {
        assert_eq!((seen.path(), seen.query()), ("/notes/50%25", Some("q=a%2520b%2Bc")));
    }
}

/// L4: after a refresh, a call whose body is a one-shot stream is not sent again. The call's error states why the call
/// was not sent again, and contains the server's response.
#[tokio::test(start_paused = true)]
async fn a_refused_one_shot_stream_is_not_sent_again() {
    let world = World::new();
    let (shop, uploads) = uploads(&world);
    let refusal = json!({ "message": "expired" });
    world.guard_with(Answer::json(403, &refusal).header("x-trace", "t1"), |_| accepted());
    world.authority.expire();
    let error = uploads.file(one_shot()).await.unwrap_err();
    assert!(error.is_not_replayable() && !error.is_refresh(), "{error:?}");
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    assert_eq!(world.stage.log()[0].body(), "chunk by chunk");
    let rejection = error.rejection().unwrap();
    assert_eq!(
        (rejection.status().as_u16(), &rejection.headers()["x-trace"]),
        (403, &"t1".parse().unwrap()),
        "status and `x-trace` header of the rejection"
    );
    assert_eq!(serde_json::from_slice::<Value>(rejection.body()).unwrap(), refusal);
    assert_eq!(error.status().unwrap().as_u16(), 403);
    assert_eq!(error.json::<Value>(), Some(refusal));

    assert_eq!(
        uploads.file(one_shot()).await.unwrap(),
        json!({}),
        "a second call with a new stream succeeds"
    );
    assert!(shop.session().tokens().is_some());
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// L4: a one-shot stream is never sent again. The test covers a manual refresh, a hand-written request, and a failed
/// refresh.
#[tokio::test(start_paused = true)]
async fn a_one_shot_stream_is_never_sent_twice() {
    let world = World::new();
    let (shop, uploads) = uploads(&world);
    let late = tokio::spawn(uploads.file(one_shot()));
    let arrival = world.stage.arrival().await;
    shop.session().refresh().await.unwrap();
    arrival.answer(403);
    assert!(done(late).await.unwrap_err().is_not_replayable());
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);

    world.stage.respond(|_| 403);
    let mut request = reqwest::Request::new(Method::POST, format!("{ORIGIN}/files").parse().unwrap());
    *request.body_mut() = Some(reqwest::Body::wrap_stream(stream::iter([Ok::<_, Infallible>("once")])));
    assert!(shop.client().execute(request).await.unwrap_err().is_not_replayable());
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(2);

    world.authority.next(Role::Refresh, Handling::instead(503));
    let error = uploads.file(one_shot()).await.unwrap_err();
    assert!(error.is_refresh() && !error.is_not_replayable(), "{error:?}");
    assert_eq!(error.rejection().unwrap().status(), 403);
    world.stage.assert_sends(3);
    world.authority.assert_refreshes(3);
}

/// L4: if the server refuses a `#[no_replay]` call whose body is a one-shot stream, the call returns the server's
/// refusal.
#[tokio::test(start_paused = true)]
async fn a_one_shot_stream_of_a_no_replay_call_gets_its_refusal() {
    let world = World::new();
    let (_, uploads) = uploads(&world);
    world.stage.respond(|_| 403);
    let error = uploads.file_once(one_shot()).await.unwrap_err();
    assert!(error.is_status() && !error.is_not_replayable(), "{error:?}");
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
}

/// L5: a stream factory creates a new stream for each request.
#[tokio::test(start_paused = true)]
async fn a_stream_factory_is_called_for_each_send() {
    let world = World::new();
    world.guard_with(403, |_| accepted());
    let (_, uploads) = uploads(&world);
    let made = Arc::new(AtomicUsize::new(0));
    let counting = made.clone();
    let file = Body::replayable(move || {
        counting.fetch_add(1, Ordering::Relaxed);
        reqwest::Body::wrap_stream(stream::iter(["chunk ", "by ", "chunk"].map(Ok::<_, Infallible>)))
    });
    world.authority.expire();
    uploads.file(file).await.unwrap();
    assert_eq!(body_of_both(&world), "chunk by chunk");
    assert_eq!(made.load(Ordering::Relaxed), 2);
    world.authority.assert_refreshes(1);
}

/// L7: a stream cannot be sent again once its request has been sent, even if the server refused the request without
/// reading the body.
#[tokio::test(start_paused = true)]
async fn a_stream_that_the_server_did_not_read_counts_as_sent() {
    let world = World::new();
    let (authority, sends) = (world.authority.clone(), Arc::new(AtomicUsize::new(0)));
    let counting = sends.clone();
    let hasty = service_fn(move |request: reqwest::Request| {
        let (authority, counting) = (authority.clone(), counting.clone());
        async move {
            if authority.role_of(request.url().path()).is_some() {
                return authority.service().oneshot(request).await;
            }
            counting.fetch_add(1, Ordering::Relaxed);
            Ok(http::Response::builder().status(403).body("").unwrap().into())
        }
    });
    let issued = tokens(&world.authority.issue());
    let uploads = ShopClient::builder(ORIGIN).transport(hasty).tokens(issued).build().unwrap();
    let uploads = UploadsClient::new(uploads.client().clone());
    assert!(uploads.file(one_shot()).await.unwrap_err().is_not_replayable());
    assert_eq!(sends.load(Ordering::Relaxed), 1);
    world.authority.assert_refreshes(1);
}
