//! Tests methods that return a `ByteStream`, from which the caller reads the body chunk by chunk as it arrives.

use std::io;

use afresh::{ByteStream, RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{Answer, LogEntry, Stage, World};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::api::{client_on, logged_in_client};

#[api]
trait Photos {
    #[get("/photos/{id}")]
    async fn photo(&self, id: u64) -> Result<ByteStream>;

    #[get("/photos/{id}")]
    async fn reported(&self, id: u64) -> Result<Reply<ByteStream>>;
}

/// Returns a stream whose chunks are sent by the test.
async fn fed() -> (Stage, ByteStream, afresh_tests::BodySender) {
    let stage = Stage::new();
    let photos: PhotosClient = client_on(&stage);
    let call = tokio::spawn(photos.photo(7));
    let (answer, feed) = Answer::streamed(200);
    stage.arrival().await.answer_with(answer);
    let stream = call.await.unwrap().unwrap();
    (stage, stream, feed)
}

#[tokio::test(start_paused = true)]
async fn the_call_ends_with_the_head_and_chunks_follow_as_they_arrive() {
    let (_stage, mut stream, feed) = fed().await;
    feed.send("one");
    assert_eq!(stream.next().await.unwrap().unwrap(), "one");
    assert!(futures_util::poll!(Box::pin(stream.next())).is_pending());
    feed.send("two");
    assert_eq!(stream.next().await.unwrap().unwrap(), "two");
    drop(feed);
    assert!(stream.next().await.is_none());
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn dropping_a_wait_for_a_chunk_loses_none() {
    let (_stage, mut stream, feed) = fed().await;
    tokio::select! {
        biased;
        _ = stream.next() => panic!("no chunk has been sent yet"),
        () = async {} => {}
    }
    feed.send("kept");
    assert_eq!(stream.next().await.unwrap().unwrap(), "kept");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_is_an_error_and_then_the_end() {
    let (_stage, mut stream, feed) = fed().await;
    feed.send("one");
    feed.fail(io::Error::new(io::ErrorKind::ConnectionReset, "gone"));
    assert_eq!(stream.next().await.unwrap().unwrap(), "one");
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(!error.is_status() && !error.is_decode(), "{error}");
    assert!(stream.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn dropping_the_stream_drops_the_body_at_once() {
    let (stage, mut stream, feed) = fed().await;
    feed.send("one");
    stream.next().await.unwrap().unwrap();
    drop(stream);
    feed.closed().await;
    assert!(!feed.send("two"));
    assert_eq!(stage.history().last(), Some(&LogEntry::BodyDropped(0)));
}

#[tokio::test(start_paused = true)]
async fn an_error_answer_is_read_for_the_error() {
    let stage = Stage::new();
    stage.respond(|_| Answer::json(404, json!({ "message": "no such photo" })));
    let photos: PhotosClient = client_on(&stage);
    let error = photos.photo(7).await.unwrap_err();
    assert_eq!(error.json::<Value>(), Some(json!({ "message": "no such photo" })));
}

#[tokio::test(start_paused = true)]
async fn a_reply_has_the_head_and_the_stream() {
    let stage = Stage::new();
    stage.respond(|_| Answer::new(206).header("etag", "\"x\"").chunks(["a", "b"]));
    let photos: PhotosClient = client_on(&stage);
    let reply = photos.reported(7).await.unwrap();
    assert_eq!(
        (reply.status.as_u16(), reply.headers["etag"].to_str().unwrap()),
        (206, "\"x\""),
        "status and `etag` header"
    );
    let chunks: Vec<_> = reply.body.map(Result::unwrap).collect().await;
    assert_eq!(chunks, ["a", "b"]);
}

#[api]
trait Guarded {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/photo")]
    async fn photo(&self) -> Result<ByteStream>;
}

#[tokio::test(start_paused = true)]
async fn the_stream_is_the_body_of_the_second_response() {
    let world = World::new();
    world.guard_with(Answer::new(403).chunks(["refused"]), |_| Answer::new(200).chunks(["granted"]));
    let guarded: GuardedClient = logged_in_client(&world);
    world.authority.expire();
    let chunks: Vec<_> = guarded.photo().await.unwrap().map(Result::unwrap).collect().await;
    assert_eq!(chunks, ["granted"]);
}
