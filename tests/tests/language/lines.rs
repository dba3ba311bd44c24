//! Tests methods that return `Lines<T>`, a stream with one JSON value per line.

use afresh::{Lines, Result, api};
use afresh_tests::{Answer, BodySender, LogEntry, Stage};
use futures_util::StreamExt;
use serde::Deserialize;

use crate::api::client_on;

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Tick {
    n: u32,
}

#[api]
trait Ticker {
    #[get("/ticks")]
    #[header("accept" = "application/x-ndjson")]
    async fn ticks(&self) -> Result<Lines<Tick>>;

    #[get("/log")]
    async fn log(&self) -> Result<Lines<String>>;
}

async fn ticks(answer: Answer) -> Lines<Tick> {
    let stage = Stage::new();
    stage.respond(move |_| answer.clone());
    let ticker: TickerClient = client_on(&stage);
    ticker.ticks().await.unwrap()
}

async fn fed() -> (Stage, Lines<Tick>, BodySender) {
    let stage = Stage::new();
    let ticker: TickerClient = client_on(&stage);
    let call = tokio::spawn(ticker.ticks());
    let (answer, feed) = Answer::streamed(200);
    stage.arrival().await.answer_with(answer);
    let lines = call.await.unwrap().unwrap();
    (stage, lines, feed)
}

#[tokio::test(start_paused = true)]
async fn a_value_is_returned_at_the_end_of_its_line_in_any_chunks() {
    let (_stage, mut lines, feed) = fed().await;
    feed.send("{\"n\"");
    assert!(futures_util::poll!(Box::pin(lines.next())).is_pending());
    feed.send(":1}\r\n\n{\"n\":2}\n{\"n\":");
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 1 });
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 2 });
    feed.send("3}");
    drop(feed);
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 3 });
    assert!(lines.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_invalid_line_is_an_error_and_the_next_one_follows() {
    let mut lines = ticks(Answer::new(200).body("{\"n\":1}\n{\"n\":\"x\"}\nnot JSON\n{\"n\":4}\n")).await;
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 1 });
    for _ in 0..2 {
        let error = lines.next().await.unwrap().unwrap_err();
        assert!(error.is_decode(), "{error}");
    }
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 4 });
    assert!(lines.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_in_a_line_is_an_error_and_then_the_end() {
    let mut lines = ticks(Answer::new(200).body("{\"n\":1}\n{\"n\":").then_break()).await;
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 1 });
    let error = lines.next().await.unwrap().unwrap_err();
    assert!(!error.is_decode(), "{error}");
    assert!(lines.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_reads_nothing_more() {
    let (stage, mut lines, feed) = fed().await;
    feed.send("{\"n\":1}\n{\"n\":2}\n");
    lines.next().await.unwrap().unwrap();
    drop(lines);
    feed.closed().await;
    assert_eq!(stage.history().last(), Some(&LogEntry::BodyDropped(0)));
}

#[tokio::test(start_paused = true)]
async fn lines_of_text_are_the_lines_themselves() {
    let stage = Stage::new();
    stage.respond(|_| Answer::new(200).chunks(["one\ntw", "o \"quoted\"\r\n\r\nthree"]));
    let ticker: TickerClient = client_on(&stage);
    let lines: Vec<_> = ticker.log().await.unwrap().map(Result::unwrap).collect().await;
    assert_eq!(lines, ["one", "two \"quoted\"", "three"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_an_error_of_the_call_and_no_stream() {
    let stage = Stage::new();
    stage.respond(|_| Answer::text(500, "broken"));
    let ticker: TickerClient = client_on(&stage);
    let error = ticker.ticks().await.unwrap_err();
    assert_eq!(
        (error.method(), error.body().map(|body| &body[..])),
        (Some("Ticker::ticks"), Some(&b"broken"[..])),
        "method and body in the error"
    );
}
