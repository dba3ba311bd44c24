//! Tests that the result of a streamed response does not depend on how the response body is split into chunks.

use afresh::{Event, Result, Tokens};
use afresh_tests::{Answer, World};
use futures_util::{Stream, StreamExt};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::api::{Api, ApiClient, client, config, run};

/// Returns a client for a server that always sends the given body, split into chunks at the given positions.
fn served(body: &[u8], cuts: &[Index]) -> ApiClient {
    let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    places.extend([0, body.len()]);
    places.sort_unstable();
    let chunks: Vec<_> = places.windows(2).map(|pair| body[pair[0]..pair[1]].to_vec()).collect();
    let world = World::new();
    world.stage.respond(move |_| {
        Answer::new(200).header("content-type", "text/event-stream").chunks(chunks.clone())
    });
    client(&world, Tokens::new("access"))
}

async fn all<T>(stream: Result<impl Stream<Item = Result<T>> + Unpin>) -> Vec<T> {
    stream.unwrap().map(Result::unwrap).collect().await
}

fn events(body: &[u8], cuts: &[Index]) -> Vec<(Option<String>, Option<String>, String)> {
    let api = served(body, cuts);
    let events: Vec<Event<String>> = run(async { all(api.events().await).await });
    events.into_iter().map(|event| (event.id, event.event, event.data)).collect()
}

/// Parses server-sent events line by line, with the algorithm from the HTML standard (§9.2.6).
fn reference(text: &str) -> Vec<(Option<String>, Option<String>, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let Some((complete, _)) = text.rsplit_once('\n') else { return Vec::new() };
    let (mut events, mut id, mut name, mut data) = (Vec::new(), String::new(), String::new(), Vec::new());
    for line in complete.split('\n') {
        if line.is_empty() {
            let name = std::mem::take(&mut name);
            if !data.is_empty() {
                let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
                events.push((some(&id), some(&name), std::mem::take(&mut data).join("\n")));
            }
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match field {
            "data" => data.push(value),
            "event" => name = value,
            "id" if !value.contains('\0') => id = value,
            _ => {}
        }
    }
    events
}

fn sse() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "data", "data: ", "data:", "id: 1", "id", "id: \0", "event: x", "event", "retry: 5", ":", ": hi",
        " ", "ä", "\u{feff}", "\n", "\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "x", "{}",
    ];
    let mark = select(&["", "", "\u{feff}"][..]);
    let pieces = prop::collection::vec(select(PIECES), 0..25);
    (mark, pieces).prop_map(|(mark, pieces)| mark.to_owned() + &pieces.concat())
}

proptest! {
    #![proptest_config(config())]

    /// The client returns the events that the HTML standard defines, regardless of how the body is split into chunks.
    #[test]
    fn events_are_those_of_the_standard_in_any_chunks(text in sse(), cuts in prop::collection::vec(any::<Index>(), 0..6)) {
        prop_assert_eq!(events(text.as_bytes(), &cuts), reference(&text));
    }

    /// For arbitrary bytes, the client returns the same events, regardless of how the bytes are split into chunks.
    #[test]
    fn events_of_any_bytes_are_the_same_in_any_chunks(
        bytes in prop::collection::vec(prop_oneof![select(&b"data:\n\r \xef\xbb\xbf\xc3"[..]), any::<u8>()], 0..60),
        cuts in prop::collection::vec(any::<Index>(), 1..6),
    ) {
        prop_assert_eq!(events(&bytes, &cuts), events(&bytes, &[]));
    }

    /// If each line contains one value, the stream returns all values, regardless of the line endings and of how the
    /// body is split into chunks.
    #[test]
    fn lines_are_the_written_values_in_any_chunks(
        values in prop::collection::vec(("[ -~ä\\r\\n]{0,8}", any::<i32>(), select(&["\n", "\r\n", "\n\n", "\r\n \n"][..])), 0..8),
        last in any::<bool>(),
        cuts in prop::collection::vec(any::<Index>(), 0..6),
    ) {
        let written: Vec<Value> = values.iter().map(|(text, number, _)| json!({ text: number })).collect();
        let mut body: String = written.iter().zip(&values).map(|(value, (_, _, end))| format!("{value}{end}")).collect();
        if last {
            body.truncate(body.trim_end().len());
        }
        let api = served(body.as_bytes(), &cuts);
        let read: Vec<Value> = run(async { all(api.lines().await).await });
        prop_assert_eq!(read, written);
    }
}
