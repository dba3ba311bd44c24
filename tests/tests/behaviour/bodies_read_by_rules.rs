//! Tests response bodies that a rule has read: the caller can still read the complete body, and rules hardly delay the
//! response.

use std::time::Duration;

use afresh::Reply;
use afresh::error::Classification;
use afresh_tests::{Answer, RequestState, World};
use bytes::Bytes;
use serde_json::json;
use tokio::time::Instant;

use crate::api::order;
use crate::rules::{Wordy, large, wordy};
use crate::waiting::done;

/// A4: even if rules read the start of a large body, the caller receives the complete body. The response body that an
/// error contains is truncated after 1 MiB.
#[tokio::test(start_paused = true)]
async fn a_body_that_rules_read_is_still_complete() {
    let body = large(r#""code":1"#);
    let pieces: Vec<Bytes> = body.chunks(1000).map(Bytes::copy_from_slice).collect();
    for answer in [Answer::new(200).body(body.clone()), Answer::new(200).chunks(pieces)] {
        for status in [200, 403] {
            let world = World::new();
            let shop = wordy(&world);
            let answer = answer.clone().status(status).header("content-type", "application/json");
            world.stage.respond(move |_| answer.clone());
            match shop.orders().await {
                Ok(Reply { body: whole, .. }) => assert_eq!(
                    (whole["last"].as_str(), whole["padding"].as_str().unwrap().len()),
                    (Some("all of it"), 1024 * 1024),
                    "last field, and length of the padding"
                ),
                Err(error) => assert_eq!(error.body().unwrap()[..], body[..1024 * 1024]),
            }

            let raw = shop.raw().await.unwrap();
            assert_eq!(
                (raw.status().as_u16(), raw.url().as_str()),
                (status, "https://shop.test/raw"),
                "status and URL of the response"
            );
            assert_eq!(raw.bytes().await.unwrap(), body);
        }
    }
}

/// A4: if rules read a body, the body's declared length is still available to the caller.
#[tokio::test(start_paused = true)]
async fn the_length_of_a_body_that_rules_read_is_still_known() {
    let world = World::new();
    let shop = wordy(&world);
    let body = large(r#""code":1"#);
    let length = body.len() as u64;
    world
        .stage
        .respond(move |_| Answer::new(200).header("content-type", "application/json").body(body.clone()));
    assert_eq!(shop.raw().await.unwrap().content_length(), Some(length));
}

/// A4: if a body is cut off, the caller that reads the body gets an error, but the rules do not see an error.
#[tokio::test(start_paused = true)]
async fn a_body_that_breaks_off_breaks_for_its_reader() {
    let world = World::new();
    let shop = wordy(&world);
    world.stage.respond(|_| {
        Answer::new(200).header("content-type", "application/json").chunks([r#"{"a":"#]).then_break()
    });
    let error = shop.orders().await.unwrap_err();
    assert!(!error.is_status() && !error.is_decode(), "{error:?}");
    let mut stream = shop.export().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), r#"{"a":"#);
    assert!(stream.next().await.unwrap().is_err());
}

/// A5: rules do not delay a streamed success response.
#[tokio::test(start_paused = true)]
async fn a_streamed_success_is_not_held_back_by_rules() {
    let world = World::new();
    let shop = wordy(&world);
    let (answer, feed) = Answer::streamed(200);
    let begun = Instant::now();
    let call = tokio::spawn(shop.export());
    world.stage.arrival().await.answer_with(answer.header("content-type", "application/octet-stream"));
    let mut stream = done(call).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO, "no rule waits for the body");
    for piece in ["one", "two"] {
        assert!(feed.send(piece));
        assert_eq!(stream.next().await.unwrap().unwrap(), piece);
    }
    drop(feed);
    assert!(stream.next().await.is_none());
}

/// A4: if the body of a refused call never ends, rules delay the refusal by at most about one second.
#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_delays_a_refusal_by_a_second_at_most() {
    let world = World::new();
    let shop = wordy(&world);
    world.authority.expire();
    world.guard_with(Answer::new(403).chunks([r#"{"error":"token_expired","#]).then_hang(), |_| order(7));
    let begun = Instant::now();
    let reply = done(tokio::spawn(shop.orders())).await.unwrap();
    assert_eq!(reply.receipt().classification(), Some(Classification::Expired));
    assert!(begun.elapsed() <= Duration::from_secs(2), "{:?}", begun.elapsed());
}

/// A9: a response that a rule has read is dropped before the call is sent again.
#[tokio::test(start_paused = true)]
async fn an_answer_that_rules_read_is_dropped_before_the_second_send() {
    let world = World::new();
    let shop = wordy(&world);
    let call = tokio::spawn(shop.orders());
    let first = world.stage.arrival().await;
    first.answer_with(Answer::new(403).body(large(r#""code":17"#)));
    let second = world.stage.arrival().await;
    assert!(
        matches!(world.stage.log()[0].state(), RequestState::BodyDropped(403) | RequestState::BodyRead(403)),
        "{:?}",
        world.stage.log()[0]
    );
    second.answer_with(Answer::json(200, json!({})));
    done(call).await.unwrap();
}
