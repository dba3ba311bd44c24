//! The calls that test the page's transport.

use std::time::Duration;

use afresh::{Body, ByteStream, Error, Events, Lines, Pages, Part, Result, api};
use futures_util::future::{Either, select};
use futures_util::{FutureExt, stream};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

#[api]
trait Probe {
    #[get("/probe/lines")]
    async fn lines(&self) -> Result<Lines<u32>>;

    #[get("/probe/endless")]
    async fn endless(&self) -> Result<ByteStream>;

    #[get("/probe/events")]
    async fn events(&self) -> Result<Events<u32>>;

    #[get("/probe/never")]
    async fn never(&self) -> Result<()>;

    #[post("/probe/echo")]
    async fn send_parts(&self, #[part] title: &str, #[part] photo: Part) -> Result<String>;

    #[post("/probe/echo")]
    async fn send_body(&self, #[body] body: Body) -> Result<String>;

    #[get("/probe/moved")]
    async fn moved(&self) -> Result<String>;

    #[get("/probe/moved")]
    async fn moved_with_key(&self, #[header("x-key")] key: &str) -> Result<String>;

    #[login]
    #[get("/probe/moved")]
    async fn moved_login(&self) -> Result<afresh::CookieSession>;

    #[get("/probe/latin")]
    async fn latin(&self) -> Result<String>;

    #[pages(link)]
    #[get("/probe/linked")]
    async fn linked(&self) -> Result<Pages<Vec<u32>>>;

    #[pages(number = "page")]
    #[get("/probe/numbered")]
    async fn numbered(&self, #[query] filter: &str, #[query] page: u32) -> Result<Pages<Vec<String>>>;
}

/// Runs the named group of calls and returns the results as JSON.
#[wasm_bindgen]
pub async fn probe(origin: String, name: String) -> String {
    match run(&origin, &name).await {
        Ok(value) => json!({ "value": value }),
        Err(error) => json!({ "kind": kind(&error), "text": error.to_string() }),
    }
    .to_string()
}

async fn run(origin: &str, name: &str) -> Result<Value> {
    let probe = ProbeClient::builder(origin).session(logged_in()).build()?;
    let value = match name {
        "lines" => {
            let (mut lines, mut read) = (probe.lines().await?, Vec::new());
            while let Some(line) = lines.next().await {
                read.push(line?);
            }
            json!(read)
        }
        "dropped stream" => json!(probe.endless().await?.next().await.transpose()?.is_some()),
        "dropped events" => {
            let (mut events, mut read) = (probe.events().await?, Vec::new());
            for _ in 0..3 {
                read.extend(
                    events.next().await.transpose()?.map(|event| (event.id, event.event, event.data)),
                );
            }
            json!(read)
        }
        "timeout" => json!(probe.never().timeout(Duration::from_millis(200)).await?),
        "dropped call" => {
            let mut waiting = std::pin::pin!(probe.lines().into_future().then(|_| async {}));
            let never = std::pin::pin!(probe.never().into_future());
            let first = select(never, waiting.as_mut()).await;
            json!(matches!(first, Either::Right(_)))
        }
        "parts" => json!(probe.send_parts("me", Part::bytes(vec![b'p']).file_name("a\\\"b.png")).await?),
        "stream" => {
            let chunks = ["one ", "two"].map(Ok::<_, std::io::Error>);
            json!(probe.send_body(Body::stream(stream::iter(chunks))).await?)
        }
        "wrong length" => {
            let chunks = ["one"].map(Ok::<_, std::io::Error>);
            json!(probe.send_body(Body::stream(stream::iter(chunks)).with_length(7)).await?)
        }
        "redirect" => json!(probe.moved().await?),
        "redirect with a header" => json!(probe.moved_with_key("secret").await?),
        "redirect of a login" => {
            probe.moved_login().await?;
            Value::Null
        }
        "refresh_on" => {
            ProbeClient::builder(origin).refresh_on([302]).build()?;
            Value::Null
        }
        "linked pages" => json!(all(probe.linked().await?).await),
        "numbered pages" => json!(all(probe.numbered("a b/ä&c", 1).await?).await),
        "base URLs" => json!(BASES.map(|base| {
            ProbeClient::builder(base).build().map_or_else(|error| error.to_string(), |_| "valid".to_owned())
        })),
        "origins" => json!(ORIGINS.map(|origin| {
            let built = ProbeClient::builder("https://shop.test").follow_to([origin]).build();
            built.map_or_else(|error| error.to_string(), |_| "valid".to_owned())
        })),
        "latin" => json!(probe.latin().await?),
        _ => Value::Null,
    };
    Ok(value)
}

const BASES: [&str; 9] = [
    "https://shop.test/api",
    "https://b\u{fc}cher.test:8443",
    "http://a.localhost:1",
    "http://[::1]:1/",
    "http://127.0.0.1.test",
    "https://me:secret@shop.test",
    "https://shop.test?a=1",
    "ftp://shop.test",
    "shop.test",
];

const ORIGINS: [&str; 6] = [
    "https://files.test",
    "https://files.test:8443/",
    "http://files.test",
    "https://me@files.test",
    "https://files.test/a",
    "https://files.test/#a",
];

/// Returns the elements of all pages, and the message of the error that ended the list.
async fn all<T>(mut pages: Pages<Vec<T>>) -> (Vec<T>, Option<String>)
where
    T: serde::de::DeserializeOwned + Send + 'static,
{
    let mut elements = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => elements.extend(page),
            Err(error) => return (elements, Some(error.to_string())),
        }
    }
    (elements, None)
}

/// Creates a session that calls cannot refresh, because it has no refresh token.
fn logged_in() -> afresh::Session {
    let session = afresh::Session::new();
    drop(session.set(afresh::Tokens::new("access")));
    session
}

fn kind(error: &Error) -> &'static str {
    let kinds = [
        ("timeout", error.is_timeout()),
        ("connect", error.is_connect()),
        ("request", error.is_request()),
        ("builder", error.is_builder()),
    ];
    kinds.iter().find(|(_, is)| *is).map_or("other", |(name, _)| name)
}
