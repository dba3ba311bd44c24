//! Tests `Stage`: how it holds, answers and logs requests.

use std::io;
use std::time::Duration;

use afresh_tests::{Answer, LogEntry, RequestState, Seen, Stage};
use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::json;
use tower::ServiceExt;

use super::{get, get_as, json, post, request, send};

#[tokio::test(start_paused = true)]
async fn a_request_waits_until_it_is_answered() {
    let stage = Stage::new();
    let mut call = stage.service().oneshot(get("/orders/7?full=yes"));
    assert!((&mut call).now_or_never().is_none());

    let arrival = stage.arrival().await;
    assert_eq!((arrival.method(), arrival.path(), arrival.query()), ("GET", "/orders/7", Some("full=yes")));
    arrival.answer_json(200, json!({ "id": 7 }));

    let response = call.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.url().as_str(), "https://api.test/orders/7?full=yes");
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(json(response).await, json!({ "id": 7 }));
}

#[tokio::test(start_paused = true)]
async fn arrivals_are_in_order_and_can_be_answered_in_any_order() {
    let stage = Stage::new();
    let calls: Vec<_> = (0..1_000).map(|n| send(&stage.service(), get(&format!("/{n}")))).collect();
    let arrivals = stage.arrivals(1_000).await;
    assert!(arrivals.iter().enumerate().all(|(n, arrival)| arrival.path() == format!("/{n}")));

    arrivals.into_iter().rev().for_each(|arrival| arrival.answer(403));
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().status(), 403);
    }
    stage.assert_sends(1_000);
}

#[tokio::test(start_paused = true)]
async fn the_log_keeps_the_whole_request() {
    let stage = Stage::new();
    stage.respond(|_| 204);
    let service = stage.service();
    let mut bearer = post("/orders", json!({ "id": 7 }));
    bearer.headers_mut().insert("authorization", "Bearer one".parse().unwrap());
    bearer.headers_mut().insert("cookie", "a=1; refresh_token=secret; b=2".parse().unwrap());
    *bearer.timeout_mut() = Some(Duration::from_secs(3));
    service.clone().oneshot(bearer).await.unwrap();
    let mut bare = get("/orders");
    bare.headers_mut().insert("authorization", "two".parse().unwrap());
    service.oneshot(bare).await.unwrap();

    let [first, second]: [_; 2] = stage.log().try_into().unwrap();
    assert_eq!(
        (first.token(), second.token()),
        (Some("one"), Some("two")),
        "access tokens of the two requests"
    );
    assert_eq!(
        (first.cookie("refresh_token"), first.cookie("c")),
        (Some("secret"), None),
        "cookies `refresh_token` and `c` of the first request"
    );
    assert_eq!(
        (first.body(), first.json()),
        (&Bytes::from(r#"{"id":7}"#), json!({ "id": 7 })),
        "body of the first request, as bytes and as JSON"
    );
    assert_ne!(first.body_hash(), second.body_hash());
    assert_eq!(
        (first.timeout(), second.timeout()),
        (Some(Duration::from_secs(3)), None),
        "timeouts of the two requests"
    );
    assert_eq!(
        (first.host(), first.origin()),
        ("api.test", "https://api.test".to_owned()),
        "host and origin of the first request"
    );
    assert_eq!(stage.routes(), ["POST /orders", "GET /orders"]);
    let parts = ["method", "body", "timeout", "header authorization", "header cookie"];
    assert_eq!(first.differences(&second), parts);
    assert!(first.differences(&first).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_streamed_request_body_is_collected() {
    let stage = Stage::new();
    stage.respond(|_| 204);
    let chunks = ["one ", "two"].map(|chunk| Ok::<_, io::Error>(http_body::Frame::data(Bytes::from(chunk))));
    let mut upload = request("PUT", "https://api.test/photo");
    let body = http_body_util::StreamBody::new(futures_util::stream::iter(chunks));
    *upload.body_mut() = Some(reqwest::Body::wrap(body));
    stage.service().oneshot(upload).await.unwrap();
    assert_eq!(stage.log()[0].body(), "one two");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_the_queue() {
    let stage = Stage::new();
    let gone = send(&stage.service(), get("/gone"));
    let taken = send(&stage.service(), get("/taken"));
    let stays = send(&stage.service(), get("/stays"));
    tokio::task::yield_now().await;
    assert_eq!(stage.waiting(), 3);

    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    assert_eq!(stage.waiting(), 2);
    let mut arrival = stage.arrival().await;
    assert_eq!(arrival.path(), "/taken");
    assert!(!arrival.is_abandoned());
    taken.abort();
    arrival.abandoned().await;
    arrival.answer(200);

    stage.arrival().await.answer(204);
    assert_eq!(stays.await.unwrap().unwrap().status(), 204);
    let fates: Vec<_> = stage.log().iter().map(Seen::state).collect();
    assert_eq!(
        fates,
        [RequestState::Abandoned, RequestState::Abandoned, RequestState::BodyDropped(204)],
        "states of the requests"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_reaches_the_caller_unchanged() {
    let stage = Stage::new();
    let (chosen, dropped) = (send(&stage.service(), get("/1")), send(&stage.service(), get("/2")));
    stage.arrival().await.fail(io::Error::new(io::ErrorKind::TimedOut, "too late"));
    drop(stage.arrival().await);

    let chosen = chosen.await.unwrap().unwrap_err().downcast::<io::Error>().unwrap();
    assert_eq!(chosen.kind(), io::ErrorKind::TimedOut);
    let dropped = dropped.await.unwrap().unwrap_err().downcast::<io::Error>().unwrap();
    assert_eq!(dropped.kind(), io::ErrorKind::ConnectionReset);
    assert!(stage.log().iter().all(|seen| seen.state() == RequestState::Failed));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_hangs_ends_with_its_caller() {
    let stage = Stage::new();
    let call = tokio::time::timeout(Duration::from_secs(30), stage.service().oneshot(get("/")));
    let call = tokio::spawn(call);
    stage.arrival().await.hang();
    let before = tokio::time::Instant::now();
    assert!(call.await.unwrap().is_err());
    assert_eq!(before.elapsed(), Duration::from_secs(30));
    assert_eq!(stage.log()[0].state(), RequestState::Abandoned);
}

#[tokio::test(start_paused = true)]
async fn a_script_answers_or_parks_each_request() {
    let stage = Stage::new();
    stage.respond(|seen| if seen.path() == "/parks" { Answer::park() } else { Answer::text(200, "at once") });
    let parks = send(&stage.service(), get("/parks"));
    let response = stage.service().oneshot(get("/")).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "at once");
    stage.arrival().await.answer(202);
    assert_eq!(parks.await.unwrap().unwrap().status(), 202);

    stage.park();
    let parks = send(&stage.service(), get("/"));
    stage.arrival().await.answer_with(http::Response::builder().status(418).body("teapot").unwrap());
    assert_eq!(parks.await.unwrap().unwrap().text().await.unwrap(), "teapot");
}

#[tokio::test(start_paused = true)]
async fn the_history_shows_when_a_body_was_read_or_dropped() {
    let stage = Stage::new();
    stage.respond(|_| Answer::text(200, "body"));
    let service = stage.service();
    let read = service.clone().oneshot(get("/read")).await.unwrap();
    assert_eq!(stage.log()[0].state(), RequestState::Answered(200));
    read.bytes().await.unwrap();
    drop(service.clone().oneshot(get("/dropped")).await.unwrap());
    stage.respond(|_| 403);
    let empty = service.clone().oneshot(get("/empty")).await.unwrap();
    assert!(!stage.log()[2].state().is_over());
    empty.bytes().await.unwrap();

    let expected = [
        LogEntry::Arrived(0),
        LogEntry::Answered(0, 200),
        LogEntry::BodyRead(0),
        LogEntry::Arrived(1),
        LogEntry::Answered(1, 200),
        LogEntry::BodyDropped(1),
        LogEntry::Arrived(2),
        LogEntry::Answered(2, 403),
    ];
    assert_eq!(stage.history()[..8], expected);
    assert!(stage.log()[2].state().is_over());
}

#[tokio::test(start_paused = true)]
async fn a_body_can_be_chunked_break_hang_or_be_sent_by_the_test() {
    let stage = Stage::new();
    stage.respond(|seen| match seen.path() {
        "/chunks" => Answer::new(200).chunks(["one ", "two"]),
        "/breaks" => Answer::text(200, "one").then_break(),
        _ => Answer::text(200, "one").then_hang(),
    });
    let fetch = async |path: &str| stage.service().oneshot(get(path)).await.unwrap();
    assert_eq!(fetch("/chunks").await.text().await.unwrap(), "one two");
    assert!(fetch("/breaks").await.text().await.is_err());
    let mut hangs = fetch("/hangs").await;
    assert_eq!(hangs.chunk().await.unwrap().unwrap(), "one");
    assert!(hangs.chunk().now_or_never().is_none());

    stage.park();
    let call = send(&stage.service(), get("/fed"));
    let (answer, feed) = Answer::streamed(200);
    stage.arrival().await.answer_with(answer);
    let mut response = call.await.unwrap().unwrap();
    assert!(response.chunk().now_or_never().is_none());
    assert!(feed.send("now"));
    assert_eq!(response.chunk().await.unwrap().unwrap(), "now");
    drop(response);
    feed.closed().await;
    assert!(!feed.send("later"));
    assert_eq!(stage.log().last().unwrap().state(), RequestState::BodyDropped(200));
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "no request parks, and nothing else can happen")]
async fn waiting_for_a_request_that_cannot_come_fails_instead_of_hanging() {
    let stage = Stage::new();
    stage.respond(|_| 200);
    stage.service().oneshot(get_as("token", "/")).await.unwrap();
    let _ = stage.arrival().await;
}
