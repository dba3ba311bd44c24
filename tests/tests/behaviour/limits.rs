//! Tests how much of a response the client reads: `max_body`, and the limits for error bodies, lines and events.

use afresh::{ByteStream, Events, Lines, Pages, Result, api};
use afresh_tests::{Answer, AuthorityConfig, Double, Role, Stage, World};
use bytes::Bytes;
use serde_json::Value;

use crate::api::{ANN, CookieShop, CookieShopClient, ORIGIN, order};
use crate::transports::ConnectTo;

const MIB: usize = 1024 * 1024;

#[api]
trait Long {
    #[get("/text")]
    async fn text(&self) -> Result<String>;

    #[none_on(404)]
    #[get("/text")]
    async fn perhaps(&self) -> Result<Option<String>>;

    #[pages(number = "page")]
    #[get("/text")]
    async fn pages(&self) -> Result<Pages<Value>>;

    #[get("/text")]
    async fn bytes(&self) -> Result<ByteStream>;

    #[get("/text")]
    async fn lines(&self) -> Result<Lines<String>>;

    #[get("/text")]
    async fn events(&self) -> Result<Events<String>>;
}

fn client(double: impl Double, max_body: Option<usize>) -> LongClient {
    let builder = LongClient::builder(ORIGIN).connect_to(double);
    max_body.into_iter().fold(builder, |builder, max_body| builder.max_body(max_body)).build().unwrap()
}

fn answering(max_body: Option<usize>, answer: impl Fn() -> Answer + Send + Sync + 'static) -> LongClient {
    let stage = Stage::new();
    stage.respond(move |_| answer());
    client(stage, max_body)
}

fn chunks(count: usize, size: usize) -> Vec<Bytes> {
    vec![Bytes::from(vec![b'x'; size]); count]
}

/// The body of an error response is truncated after 1 MiB, even if the body never ends, and the error reports the
/// truncation.
#[tokio::test(start_paused = true)]
async fn the_body_of_an_error_is_cut_at_one_mebibyte() {
    for status in [400, 403, 404, 500, 302] {
        for answer in [
            Answer::new(status).body(vec![b'x'; MIB + 1]),
            Answer::new(status).chunks(chunks(40, 100_000)),
            Answer::new(status).chunks(chunks(40, 100_000)).then_hang(),
        ] {
            let error = answering(None, move || answer.clone()).text().await.unwrap_err();
            assert_eq!(
                (error.status().unwrap().as_u16(), error.body().unwrap().len()),
                (status, MIB),
                "status and body length in the error"
            );
            assert!(error.to_string().contains("truncated after 1048576 bytes"), "{error}");
        }
    }
    let whole = answering(None, || Answer::new(500).chunks(chunks(1024, 1024))).text().await.unwrap_err();
    assert_eq!(whole.body().unwrap().len(), MIB);
    assert!(!whole.to_string().contains("cut"), "{whole}");
    assert_eq!(answering(None, || Answer::new(404).body(vec![b'x'; MIB + 1])).perhaps().await.unwrap(), None);
    // By default, the size of a successful response body is not limited.
    let long = answering(None, || Answer::new(200).body(vec![b'x'; 3 * MIB])).text().await.unwrap();
    assert_eq!(long.len(), 3 * MIB);
}

/// If the client has a session, the body of a 403 response is truncated after 1 MiB.
#[tokio::test(start_paused = true)]
async fn the_body_of_a_refusal_is_cut_too() {
    let world = World::new();
    let shop = crate::api::logged_in_client(&world);
    world.stage.respond(|_| Answer::new(403).body(vec![b'x'; 2 * MIB]));
    let error = crate::api::Shop::order(&shop, 7).await.unwrap_err();
    assert_eq!(error.body().unwrap().len(), MIB);
    assert!(error.rejection().unwrap().body().len() <= MIB);
}

/// W1: if a refresh returns the same access token that the server refused, the call's error contains the 403 response
/// with up to 64 KiB of its body.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_was_kept_during_a_refresh_says_that_it_was_cut() {
    const KEPT: usize = 64 * 1024;
    for (answer, length, is_cut) in [
        (Answer::new(403).body(vec![b'x'; KEPT]), KEPT, false),
        (Answer::new(403).body(vec![b'x'; KEPT + 1]), KEPT, true),
        (Answer::new(403).chunks(chunks(64, 1024)), KEPT, false),
        (Answer::new(403).chunks(chunks(3, 1000)).then_hang(), 3000, true),
    ] {
        let world = World::with(AuthorityConfig { repeats_access: true, ..AuthorityConfig::default() });
        let shop = crate::api::logged_in_client(&world);
        world.stage.respond(move |_| answer.clone());
        let error = crate::api::Shop::order(&shop, 7).await.unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.body().unwrap().len()),
            (403, length),
            "status and body length in the error"
        );
        let text = error.to_string();
        assert_eq!(text.contains(&format!("truncated after {length} bytes")), is_cut, "{text}");
        world.stage.assert_sends(1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_longer_than_max_body_is_an_error() {
    for (answer, length) in [
        (Answer::new(200).body(vec![b'x'; 10]), 10),
        (Answer::new(200).body(vec![b'x'; 11]), 11),
        (Answer::new(200).chunks(chunks(5, 2)), 10),
        (Answer::new(200).chunks(chunks(11, 1)), 11),
        // Reading stops at the limit, so a body that never ends also causes an error.
        (Answer::new(200).chunks(chunks(11, 1)).then_hang(), 11),
    ] {
        let result = answering(Some(10), move || answer.clone()).text().await;
        match result {
            Ok(text) => assert_eq!(
                (text.len(), length),
                (10, 10),
                "length of the text, length of the body that was sent"
            ),
            Err(error) => {
                assert!(length > 10 && error.is_body_too_large(), "{error:?}");
                assert!(!error.is_decode() && !error.is_status());
                assert!(error.to_string().contains("longer than 10 bytes"), "{error}");
            }
        }
    }
    let error =
        answering(Some(10), || Answer::new(500).body("an error of the server")).text().await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.body().unwrap().len()),
        (500, 10),
        "status of the error, and length of its body, which is cut at the limit"
    );
}

/// `max_body` applies to each page separately and does not limit streams.
#[tokio::test(start_paused = true)]
async fn max_body_counts_for_each_page_and_not_for_streams() {
    let stage = Stage::new();
    stage.respond(|seen| {
        let second = seen.uri().query().is_some_and(|query| query.contains("page=2"));
        Answer::new(200).body(if second { "[1,2,3,4,5,6]" } else { "[1,2,3]" })
    });
    let mut pages = client(stage, Some(10)).pages().await.unwrap();
    pages.next().await.unwrap().unwrap();
    // If the request for a page of the list fails, the caller can request that page two more times.
    for _ in 0..3 {
        assert!(pages.next().await.unwrap().unwrap_err().is_body_too_large());
    }
    assert!(pages.next().await.is_none());

    let long = || answering(Some(10), || Answer::new(200).chunks(chunks(100, 100)));
    let (mut stream, mut total) = (long().bytes().await.unwrap(), 0);
    while let Some(chunk) = stream.next().await {
        total += chunk.unwrap().len();
    }
    assert_eq!(total, 10_000);
    assert_eq!(long().lines().await.unwrap().next().await.unwrap().unwrap().len(), 10_000);
}

/// A stream can be endless, but the length of each line and each event is limited by a value that the caller can
/// change.
#[tokio::test(start_paused = true)]
async fn one_line_or_event_of_a_stream_has_a_limit() {
    let endless = || answering(None, || Answer::new(200).chunks(chunks(17, MIB)).then_hang());
    let error = endless().lines().await.unwrap().next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("longer than 16777216 bytes"), "{error}");
    let mut events = endless().events().await.unwrap();
    assert!(events.next().await.unwrap().is_err());
    assert!(events.next().await.is_none());

    let short = || answering(None, || Answer::new(200).body("12345\r\n123456\nnever read\n"));
    let mut lines = short().lines().await.unwrap().max_length(5);
    assert_eq!(lines.next().await.unwrap().unwrap(), "12345");
    assert!(lines.next().await.unwrap().unwrap_err().to_string().contains("longer than 5 bytes"));
    assert!(lines.next().await.is_none());
    for (last, fits) in [("12345", true), ("12345\r", true), ("123456", false)] {
        let lines = answering(None, move || Answer::new(200).body(last)).lines().await.unwrap();
        let line = lines.max_length(5).next().await.unwrap();
        assert_eq!(line.is_ok(), fits, "the last line without an end: {last:?}");
    }
    let events = || answering(None, || Answer::new(200).body("data: 12345\n\ndata: 1234567890\n\n"));
    let mut events = events().events().await.unwrap().max_length(5);
    assert_eq!(events.next().await.unwrap().unwrap().data, "12345");
    assert!(events.next().await.unwrap().unwrap_err().to_string().contains("longer than 5 bytes"));
    assert!(events.next().await.is_none());
}

/// Even if servers set two thousand cookies, the client limits the size of its requests and keeps the refresh cookie.
#[tokio::test(start_paused = true)]
async fn two_thousand_cookies_leave_a_request_small_and_the_session_alive() {
    let world = World::with(AuthorityConfig::cookie());
    let shop = CookieShopClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    for number in 0..2000 {
        world.guard_with(403, move |_| {
            let cookie = format!("tracking{number}={}; Path=/", "x".repeat(90));
            Answer::from(order(7)).header("set-cookie", &cookie)
        });
        shop.order(7).await.unwrap();
    }
    let cookies = world.stage.log().last().unwrap().header("cookie").unwrap().len();
    assert!(cookies < 8 * 1024, "{cookies} bytes of cookies");
    world.authority.expire();
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    assert!(world.authority.requests(Role::Refresh)[0].header("cookie").is_some());
}
