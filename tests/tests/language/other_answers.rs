//! Tests empty responses, byte order marks, hand-written streams, and responses that are not the expected stream.

use afresh::{ByteStream, Error, Event, Events, Lines, Problem, Reply, Result, api};
use afresh_tests::{Answer, Stage};
use futures_util::TryStreamExt;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::client_on;

#[derive(Debug, PartialEq, Deserialize)]
struct Tick {
    n: u32,
}

#[api]
trait Feed {
    #[get("/events")]
    async fn events(&self) -> Result<Events<Tick>>;

    #[get("/texts")]
    async fn texts(&self) -> Result<Events<String>>;

    #[get("/lines")]
    async fn lines(&self) -> Result<Lines<Tick>>;

    #[get("/value")]
    async fn value(&self) -> Result<Tick>;

    #[head("/head")]
    async fn head(&self) -> Result<()>;
}

fn feed(answer: Answer) -> FeedClient {
    let stage = Stage::new();
    stage.respond(move |_| answer.clone());
    client_on(&stage)
}

fn typed(kind: &str, body: &str) -> Answer {
    Answer::new(200).header("content-type", kind).body(body.to_owned())
}

/// If a 200 response is not an event stream, the call fails, and the error contains the body.
#[tokio::test(start_paused = true)]
async fn an_answer_of_another_type_is_no_event_stream() {
    for (answer, kind) in [
        (Answer::json(200, json!({"error": "quota"})), "`application/json`"),
        (Answer::html(200, "<p>log in</p>"), "`text/html`"),
        (Answer::text(200, "busy"), "`text/plain`"),
    ] {
        let error = feed(answer).events().await.unwrap_err();
        assert!(error.is_decode() && !error.is_status(), "{error}");
        let text = error.to_string();
        assert!(text.starts_with("Feed::events: ") && text.contains(kind), "{text}");
        assert!(text.contains("`text/event-stream`"), "{text}");
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert!(!error.body().unwrap().is_empty());
    }
    let error = feed(Answer::json(200, json!({"error": "quota"}))).texts().await.unwrap_err();
    assert_eq!(error.json::<Value>().unwrap()["error"], "quota");
}

#[tokio::test(start_paused = true)]
async fn the_body_of_the_error_is_bounded() {
    let error = feed(Answer::html(200, &"x".repeat(1 << 20))).events().await.unwrap_err();
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
    // If a body never ends, the error contains the part of the body that has arrived.
    let error = feed(Answer::html(200, "<p>").then_hang()).events().await.unwrap_err();
    assert_eq!(error.body().unwrap(), "<p>");
}

#[tokio::test(start_paused = true)]
async fn an_event_stream_is_recognized_with_parameters_and_without_a_type() {
    let body = "data: {\"n\":1}\n\n";
    for answer in [typed("Text/Event-Stream; charset=utf-8", body), Answer::new(200).body(body)] {
        let events: Vec<_> = feed(answer).events().await.unwrap().try_collect().await.unwrap();
        assert_eq!(events, [Event::new(Tick { n: 1 })]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_web_page_is_not_lines_and_other_types_are() {
    let error = feed(Answer::html(200, "<p>log in</p>")).lines().await.unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("`text/html`"), "{error}");
    assert_eq!(error.body().unwrap(), "<p>log in</p>");
    for kind in ["application/x-ndjson", "application/json", "text/plain", "application/octet-stream"] {
        let lines = feed(typed(kind, "{\"n\":1}\n")).lines().await.unwrap();
        assert_eq!(lines.try_collect::<Vec<_>>().await.unwrap(), [Tick { n: 1 }], "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_is_an_empty_stream() {
    for answer in [
        Answer::new(200),
        Answer::new(204),
        typed("text/event-stream", ""),
        typed("application/json", ""),
        typed("text/html", ""),
    ] {
        assert!(feed(answer.clone()).events().await.unwrap().next().await.is_none());
        assert!(feed(answer).lines().await.unwrap().next().await.is_none());
    }
}

/// `[DONE]` ends a stream of JSON events, but `Events<String>` returns it as a string.
#[tokio::test(start_paused = true)]
async fn done_ends_events_of_json_only() {
    let body = "data: {\"n\":1}\n\ndata: [DONE]\n\ndata: {\"n\":2}\n\n";
    let mut events = feed(typed("text/event-stream", body)).events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().data, Tick { n: 1 });
    assert!(events.next().await.is_none());
    assert!(events.next().await.is_none());

    let texts = feed(typed("text/event-stream", body)).texts().await.unwrap();
    let texts: Vec<_> = texts.map_ok(|event| event.data).try_collect().await.unwrap();
    assert_eq!(texts, ["{\"n\":1}", "[DONE]", "{\"n\":2}"]);

    let almost = feed(typed("text/event-stream", "data: [DONE] \n\n")).events().await.unwrap();
    assert!(almost.try_collect::<Vec<_>>().await.unwrap_err().is_decode());
}

#[tokio::test(start_paused = true)]
async fn a_byte_order_mark_is_skipped_in_values_lines_errors_and_problems() {
    let value = feed(typed("application/json", "\u{feff}{\"n\":1}")).value().await.unwrap();
    assert_eq!(value, Tick { n: 1 });
    let lines = feed(typed("application/x-ndjson", "\u{feff}{\"n\":1}\n{\"n\":2}")).lines().await.unwrap();
    assert_eq!(lines.try_collect::<Vec<_>>().await.unwrap(), [Tick { n: 1 }, Tick { n: 2 }]);
    let problem = typed("application/problem+json", "\u{feff}{\"title\":\"Stale\"}").status(409);
    let error = feed(problem).value().await.unwrap_err();
    assert_eq!(error.json::<Value>().unwrap()["title"], "Stale");
    assert_eq!(error.problem().map(|problem: Problem| problem.title), Some(Some("Stale".to_owned())));
}

#[tokio::test(start_paused = true)]
async fn an_error_without_a_body_has_an_empty_body() {
    for answer in [Answer::new(404), Answer::new(304)] {
        let error = feed(answer).head().await.unwrap_err();
        assert!(error.body().unwrap().is_empty());
        assert!(error.json::<Value>().is_none());
    }
    let error = feed(Answer::new(204)).value().await.unwrap_err();
    assert!(error.is_decode() && error.body().unwrap().is_empty(), "{error}");
    let error = feed(Answer::new(302)).value().await.unwrap_err();
    assert!(error.is_status() && error.body().unwrap().is_empty(), "{error}");
}

struct Fake;

impl Feed for Fake {
    async fn events(&self) -> Result<Events<Tick>> {
        let mut event = Event::new(Tick { n: 1 });
        event.id = Some("7".to_owned());
        Ok(Events::from_events([event]))
    }

    async fn texts(&self) -> Result<Events<String>> {
        Ok(Events::from_items(["a".to_owned()]))
    }

    async fn lines(&self) -> Result<Lines<Tick>> {
        Ok(Lines::from_results([Ok(Tick { n: 1 }), Err(Error::refresh("down"))]))
    }

    async fn value(&self) -> Result<Tick> {
        Ok(Reply::new(StatusCode::OK, HeaderMap::new(), Tick { n: 1 }).body)
    }

    async fn head(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn streams_are_made_by_hand() {
    let event = Fake.events().await.unwrap().next().await.unwrap().unwrap();
    assert_eq!((event.id.as_deref(), event.data), (Some("7"), Tick { n: 1 }), "id and data of the event");
    assert_eq!(Fake.texts().await.unwrap().next().await.unwrap().unwrap().data, "a");
    let mut lines = Fake.lines().await.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap(), Tick { n: 1 });
    assert!(lines.next().await.unwrap().unwrap_err().is_refresh());
    assert!(lines.next().await.is_none());
    let lines = Lines::from_items([1, 2]);
    assert_eq!(lines.try_collect::<Vec<i32>>().await.unwrap(), [1, 2], "values of the lines");
    let mut events = Events::from_results([Ok(1), Err(Error::refresh("down"))]);
    assert_eq!(events.next().await.unwrap().unwrap(), Event::new(1));
    assert!(events.next().await.unwrap().is_err());
    let bytes: Vec<_> = ByteStream::from_bytes("PNG").try_collect().await.unwrap();
    assert_eq!(bytes, ["PNG"]);
    assert!(ByteStream::from_bytes("").next().await.is_none());
    assert_eq!(Fake.value().await.unwrap(), Tick { n: 1 });
    Fake.head().await.unwrap();
}
