//! Tests how responses are decoded: text in any charset, and decode errors, which contain a position but no values from
//! the body.

use std::collections::HashMap;

use afresh::{Reply, Result, api};
use afresh_tests::{Answer, Stage};
use serde::Deserialize;
use serde_json::json;

use crate::api::client_on;

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Item {
    name: String,
    price: f64,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Basket {
    items: Vec<Item>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Nested {
    groups: HashMap<String, HashMap<String, Item>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only decoded")]
struct Strict {
    size: Option<Size>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoded")]
enum Size {
    Exact { width: u8 },
    Range(u8, u8),
}

/// A map key type that rejects some strings.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
struct Id(String);

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        if text.starts_with("SECRET") { Ok(Self(text)) } else { Err("no id") }
    }
}

/// A type whose decoding always fails with an error that quotes the decoded string.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct Token;

impl TryFrom<String> for Token {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        Err(format!("the token \"{text}\" is not valid"))
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct Open {
    known: u8,
    #[serde(flatten)]
    others: HashMap<String, u8>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Debug, Deserialize)]
enum Never {}

#[api]
trait Reading {
    #[get("/token")]
    async fn token(&self) -> Result<Token>;

    #[get("/token")]
    async fn tokens(&self) -> Result<afresh::Lines<Token>>;

    #[get("/open")]
    async fn open(&self) -> Result<Open>;

    #[get("/nothing")]
    async fn nothing(&self) -> Result<Nothing>;

    #[get("/never")]
    async fn never(&self) -> Result<HashMap<String, Never>>;

    #[get("/text")]
    async fn text(&self) -> Result<String>;

    #[get("/basket")]
    async fn basket(&self) -> Result<Basket>;

    #[head("/basket")]
    async fn exists(&self) -> Result<Reply<()>>;

    #[put("/basket")]
    async fn replace(&self) -> Result<Option<Basket>>;

    #[get("/basket")]
    async fn by_key(&self) -> Result<HashMap<String, Item>>;

    #[get("/basket")]
    async fn nested(&self) -> Result<Nested>;

    #[get("/basket")]
    async fn strict(&self) -> Result<Strict>;

    #[get("/basket")]
    async fn by_id(&self) -> Result<HashMap<Id, u8>>;

    #[get("/ticks")]
    async fn ticks_by_key(&self) -> Result<afresh::Lines<HashMap<String, u8>>>;

    #[get("/ticks")]
    async fn ticks(&self) -> Result<afresh::Lines<Item>>;
}

fn reading(answer: impl Fn() -> Answer + Send + Sync + 'static) -> ReadingClient {
    let stage = Stage::new();
    stage.respond(move |_| answer());
    client_on(&stage)
}

fn text_of(kind: &'static str, body: &'static [u8]) -> ReadingClient {
    reading(move || Answer::new(200).header("content-type", kind).body(body))
}

#[tokio::test(start_paused = true)]
async fn a_text_is_read_in_the_charset_that_the_answer_names() {
    let text = |kind, body| async move { text_of(kind, body).text().await.unwrap() };
    assert_eq!(text("text/plain", "crème".as_bytes()).await, "crème");
    assert_eq!(text("text/plain; charset=UTF-8", "\u{feff}crème".as_bytes()).await, "crème");
    assert_eq!(text("text/plain; charset=iso-8859-1", b"cr\xe8me").await, "crème");
    assert_eq!(text("text/plain; charset=\"windows-1252\"", b"5 \x80").await, "5 €");
    assert_eq!(text("text/plain; charset=shift_jis", b"\x93\xfa\x96\x7b").await, "日本");
    assert_eq!(text("text/plain; charset=utf-16le", b"o\0k\0").await, "ok");
}

#[tokio::test(start_paused = true)]
async fn a_text_that_is_not_in_its_charset_is_an_error_and_not_a_guess() {
    let said = |kind, body| async move { text_of(kind, body).text().await.unwrap_err() };
    let error = said("text/plain", b"cr\xe8me").await;
    assert!(error.is_decode() && error.to_string().contains("invalid UTF-8 at byte 2"), "{error}");
    let error = said("text/plain; charset=shift_jis", b"\x93").await;
    assert!(error.to_string().contains("its text is not Shift_JIS"), "{error}");
    let error = said("text/plain; charset=klingon", b"x").await;
    assert!(error.to_string().contains("its charset `klingon` is not supported"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn json_may_begin_with_a_byte_order_mark() {
    let body = "\u{feff}{\"items\":[]}".as_bytes();
    assert!(text_of("application/json", body).basket().await.unwrap().items.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_decode_error_names_the_position_and_the_method_but_no_value() {
    let body = json!({ "items": [{ "name": "tea", "price": 1 }, { "name": "s3cret", "price": "s3cret" }] });
    let answer = body.clone();
    let error = reading(move || Answer::json(200, &answer)).basket().await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(
        error.to_string(),
        "Reading::basket: the response does not match the declared type (at `items[1].price`: invalid type: string, \
         expected f64 at line 1 column 68, after `{\"items\":[{\"name\":\"…\",\"price\":…},{\"name\":\"…\",\"price\":\"…\"`). Compare the method's return type with the server's response"
    );
    assert!(!format!("{error:?}").contains("s3cret"));
    // The caller can still read the complete body from the decode error.
    assert_eq!(error.json::<serde_json::Value>(), Some(body));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert!(!error.is_status());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_json_is_an_error_with_its_content_type() {
    let error = reading(|| Answer::html(200, "<h1>s3cret</h1>")).basket().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Reading::basket: the response has the content type `text/html`, not JSON (invalid JSON at line 1 column 1). Check the URL, and whether a proxy sent the response"
    );
}

#[tokio::test(start_paused = true)]
async fn a_decode_error_in_a_stream_names_the_position_too() {
    let lines = "{\"name\":\"tea\",\"price\":1}\n{\"name\":\"tea\",\"price\":\"s3cret\"}\n";
    let mut ticks = reading(move || Answer::new(200).body(lines)).ticks().await.unwrap();
    assert!(ticks.next().await.unwrap().is_ok());
    let error = ticks.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("at `price`: invalid type: string, expected f64"), "{error}");
    assert!(!error.to_string().contains("s3cret"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_body_is_read_as_unit() {
    for status in [200, 204, 205] {
        let reading = reading(move || Answer::new(status).header("x-total", "7"));
        let head = reading.exists().await.unwrap();
        assert_eq!(
            (head.status.as_u16(), &head.headers["x-total"]),
            (status, &"7".parse().unwrap()),
            "status and `x-total` header"
        );
        assert!(reading.replace().await.unwrap().is_none());
        assert!(reading.basket().await.unwrap_err().is_decode());
    }
}

/// Map keys can be secrets, so a decode error does not show them.
#[tokio::test(start_paused = true)]
async fn a_decode_error_shows_no_key_of_a_map() {
    let body = |body: serde_json::Value| reading(move || Answer::json(200, &body));
    let texts = [
        (body(json!({ "SECRETtoken": 7 })).by_key().await.unwrap_err(), "at `*`:"),
        (
            body(json!({ "SECRETtoken": { "name": "x", "price": "x" } })).by_key().await.unwrap_err(),
            "at `*.price`:",
        ),
        (body(json!({ "SECRETtoken": { "name": "x" } })).by_key().await.unwrap_err(), "at `*`:"),
        (
            body(json!({ "groups": { "SECRETa": { "SECRETb": { "price": {} } } } }))
                .nested()
                .await
                .unwrap_err(),
            "at `groups.*.*.price`:",
        ),
        (body(json!({ "SECRETfield": 7 })).strict().await.unwrap_err(), "at `*`:"),
        (body(json!({ "size": { "SECRETsize": 7 } })).strict().await.unwrap_err(), "at `size.*`:"),
        (
            body(json!({ "size": { "Exact": { "width": "x" } } })).strict().await.unwrap_err(),
            "at `size.Exact.width`:",
        ),
        (body(json!({ "SECRETtoken": "x" })).by_id().await.unwrap_err(), "at `*`:"),
        // Each of these JSON bodies has a field that the Rust type does not have.
        (
            body(json!({ "SECRETother": 1, "items": [{ "SECRETkey": [], "name": 7 }] }))
                .basket()
                .await
                .unwrap_err(),
            "at `items[0].name`:",
        ),
    ];
    // A decode error shows the names of the type's fields, but replaces the name of an unknown field with `*`.
    let error =
        body(json!({ "items": [{ "colour": 1, "name": "tea", "price": "x" }] })).basket().await.unwrap_err();
    assert!(error.to_string().contains(r#"after `{"items":[{"*":…,"name":"…","price":"…"`"#), "{error}");
    for (error, place) in texts {
        let text = error.to_string();
        assert!(error.is_decode() && text.contains(place), "{place} in {text}");
        assert!(!format!("{text} {error:?}").contains("SECRET"), "{text}");
    }
    let mut ticks =
        reading(|| Answer::new(200).body("{\"SECRETtoken\":\"x\"}\n")).ticks_by_key().await.unwrap();
    let text = ticks.next().await.unwrap().unwrap_err().to_string();
    assert!(text.contains("at `*`:") && !text.contains("SECRET"), "{text}");
}

/// If the error from a user's type quotes a value, the decode error omits the quoted value and all text after it.
#[tokio::test(start_paused = true)]
async fn a_decode_error_shows_no_value_that_the_error_of_a_type_quotes() {
    for body in ["SECRET", "x, expected SECRET", "\" at line SECRET", "\"SECRET\"", "{\"SECRET\":1}"] {
        for kind in ["text/plain", "application/json"] {
            let text = text_of(kind, body.as_bytes()).token().await.unwrap_err().to_string();
            assert!(text.contains("(the token)") && !text.contains("SECRET"), "{text}");
        }
        let mut tokens = text_of("application/x-ndjson", body.as_bytes()).tokens().await.unwrap();
        let text = tokens.next().await.unwrap().unwrap_err().to_string();
        assert!(text.contains("(the token)") && !text.contains("SECRET"), "{text}");
    }
}

/// If a value or a map key contains words from a serde message, the decode error still omits that value or key.
#[tokio::test(start_paused = true)]
async fn a_decode_error_shows_no_value_that_looks_like_its_own_text() {
    let json = |body| text_of("application/json", body);
    let nothing = json(b"{\"x, expected SECRET\":1}").nothing().await.unwrap_err().to_string();
    assert!(nothing.contains("unknown field, there are no fields at line 1"), "{nothing}");
    let never = json(b"{\"a\":\"x, expected SECRET\"}").never().await.unwrap_err().to_string();
    assert!(never.contains("unknown variant, there are no variants at line 1"), "{never}");
    let open = json(b"{\"known\":\"x, expected SECRET\"}").open().await.unwrap_err().to_string();
    assert!(open.contains("invalid type: string, expected u8 at line 1"), "{open}");
    for text in [nothing, never, open] {
        assert!(!text.contains("SECRET"), "{text}");
    }
}

/// If a field occurs twice, the decode error does not show the keys of a flattened map in the same object.
#[tokio::test(start_paused = true)]
async fn a_decode_error_about_a_repeated_field_shows_no_key_of_a_flattened_map() {
    let body = b"{\"known\":1,\"SECRETkey\":1,\"known\":2}";
    let text = text_of("application/json", body).open().await.unwrap_err().to_string();
    assert!(text.contains("at `known`: duplicate field at line 1") && !text.contains("SECRET"), "{text}");
    assert!(text.contains(r#"after `{"known":"#), "{text}");
}
