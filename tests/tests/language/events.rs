//! Tests methods that return `Events<T>` (server-sent events).

use std::time::Duration;

use afresh::{Event, Events, Result, api};
use afresh_tests::{Answer, BodySender, LogEntry, Stage};
use futures_util::StreamExt;
use serde::Deserialize;

use crate::api::{client_on, only};

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Delta {
    text: String,
}

#[api]
#[header("accept" = "text/event-stream")]
trait Chat {
    #[post("/chat")]
    async fn ask(
        &self,
        #[json("question")] question: &str,
        #[header("last-event-id")] last: Option<&str>,
    ) -> Result<Events<Delta>>;

    #[get("/notices")]
    async fn notices(&self) -> Result<Events<String>>;
}

async fn notices(answer: Answer) -> Events<String> {
    let stage = Stage::new();
    stage.respond(move |_| answer.clone());
    let chat: ChatClient = client_on(&stage);
    chat.notices().await.unwrap()
}

async fn fed() -> (Stage, Events<Delta>, BodySender) {
    let stage = Stage::new();
    let chat: ChatClient = client_on(&stage);
    let call = tokio::spawn(chat.ask("why?", Some("41")));
    let (answer, feed) = Answer::streamed(200);
    stage.arrival().await.answer_with(answer.header("content-type", "text/event-stream"));
    let events = call.await.unwrap().unwrap();
    (stage, events, feed)
}

fn said(event: Option<Result<Event<String>>>) -> (Option<String>, Option<String>, String) {
    let event = event.unwrap().unwrap();
    (event.id, event.event, event.data)
}

fn expected(id: Option<&str>, event: Option<&str>, data: &str) -> (Option<String>, Option<String>, String) {
    (id.map(str::to_owned), event.map(str::to_owned), data.to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_event_is_returned_at_its_blank_line_with_json_data() {
    let (stage, mut events, feed) = fed().await;
    assert_eq!(only(&stage).header("accept"), Some("text/event-stream"));
    assert_eq!(only(&stage).header("last-event-id"), Some("41"));
    feed.send("id: 42\nevent: delta\ndata: {\"text\":\n");
    assert!(futures_util::poll!(Box::pin(events.next())).is_pending());
    feed.send("data: \"hi\"}\n\n");
    let event = events.next().await.unwrap().unwrap();
    assert_eq!(
        (event.id.as_deref(), event.event.as_deref()),
        (Some("42"), Some("delta")),
        "id and name of the event"
    );
    assert_eq!(event.data, Delta { text: "hi".to_owned() });
    drop(feed);
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn line_ends_a_byte_order_mark_comments_and_ids_are_parsed() {
    let body =
        "\u{feff}: hello\ndata: a\r\ndata: b\rid: 7\r\n\r\nevent: x\ndata:c\n\nretry: 1500\n\ndata: cut off";
    for size in [1, 2, 3, 1000] {
        let chunks: Vec<Vec<u8>> = body.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let mut events = notices(Answer::new(200).chunks(chunks)).await;
        assert_eq!(said(events.next().await), expected(Some("7"), None, "a\nb"));
        assert_eq!(said(events.next().await), expected(Some("7"), Some("x"), "c"));
        assert!(events.next().await.is_none());
        assert_eq!(events.retry(), Some(Duration::from_millis(1500)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_within_the_stream_is_data() {
    let mut events = notices(Answer::new(200).body("\u{feff}data: a\n\ndata:\u{feff}b\n\n")).await;
    assert_eq!(said(events.next().await), expected(None, None, "a"));
    assert_eq!(said(events.next().await), expected(None, None, "\u{feff}b"));
}

#[tokio::test(start_paused = true)]
async fn invalid_data_is_an_error_and_the_next_event_follows() {
    let (_stage, mut events, feed) = fed().await;
    feed.send("data: no JSON\n\ndata: {\"text\":\"on\"}\n\n");
    let error = events.next().await.unwrap().unwrap_err();
    assert!(error.is_decode(), "{error}");
    assert_eq!(events.next().await.unwrap().unwrap().data.text, "on");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_is_an_error_and_then_the_end() {
    let mut events = notices(Answer::new(200).body("data: a\n\ndata: b").then_break()).await;
    assert_eq!(said(events.next().await), expected(None, None, "a"));
    let error = events.next().await.unwrap().unwrap_err();
    assert!(!error.is_decode(), "{error}");
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_reads_nothing_more() {
    let (stage, mut events, feed) = fed().await;
    feed.send("data: {\"text\":\"a\"}\n\ndata: {\"text\":\"b\"}\n\n");
    events.next().await.unwrap().unwrap();
    drop(events);
    feed.closed().await;
    assert_eq!(stage.history().last(), Some(&LogEntry::BodyDropped(0)));
}

#[tokio::test(start_paused = true)]
async fn events_implement_stream() {
    let events = notices(Answer::new(200).body("data: a\n\ndata: b\n\n")).await;
    let data: Vec<String> = events.map(|event| event.unwrap().data).collect().await;
    assert_eq!(data, ["a", "b"]);
}
