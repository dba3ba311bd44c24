//! Tests request bodies over real sockets: JSON, forms and raw bodies, each with its content type.

use afresh::param::IntoBody;
use afresh::{Body, Result, api};
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use serde_json::{Value, json};

use crate::sockets::server::{Server, values};

#[derive(Serialize)]
struct NewOrder<'a> {
    name: &'a str,
    tags: &'a [&'a str],
    note: Option<&'a str>,
}

struct Xml(&'static str);

impl IntoBody for Xml {
    fn into_body(self) -> Body {
        Body::from(format!("<{}/>", self.0))
    }
}

#[api]
trait Bodies {
    #[post("/")]
    async fn json(&self, #[json] order: &NewOrder<'_>) -> Result<()>;

    #[put("/")]
    async fn json_of_any_kind<T: Serialize + Sync>(&self, #[json] value: &T) -> Result<()>;

    #[post("/")]
    #[json("grant" = "password")]
    async fn json_members(
        &self,
        #[json("email")] email: &str,
        #[json("pass word")] password: Option<&str>,
        #[json("order")] order: &NewOrder<'_>,
    ) -> Result<()>;

    #[post("/")]
    async fn form(&self, #[form] order: &NewOrder<'_>) -> Result<()>;

    #[post("/")]
    #[form("grant_type" = "refresh token")]
    async fn form_members(
        &self,
        #[form("scope")] scope: &[&str],
        #[form("hint")] hint: Option<&str>,
    ) -> Result<()>;

    #[post("/")]
    async fn bytes(&self, #[body] bytes: Bytes) -> Result<()>;

    #[post("/")]
    async fn vector(&self, #[body] bytes: Vec<u8>) -> Result<()>;

    #[post("/")]
    async fn string(&self, #[body] text: String) -> Result<()>;

    #[post("/")]
    async fn text(&self, #[body] text: &'static str) -> Result<()>;

    #[post("/")]
    async fn json_or_none(&self, #[json] value: Option<&Value>) -> Result<()>;

    #[post("/")]
    async fn body_or_none(&self, #[body] body: Option<Body>) -> Result<()>;

    #[patch("/")]
    async fn body(&self, #[body] body: Body) -> Result<()>;

    #[post("/")]
    async fn xml(&self, #[header("content-type")] kind: &str, #[body] xml: Xml) -> Result<()>;

    #[delete("/")]
    async fn delete(&self, #[json("reason")] reason: &str) -> Result<()>;
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";
const ORDER: NewOrder<'_> = NewOrder { name: "a \"b\"&c", tags: &["x", "é"], note: None };

async fn api() -> (Server, BodiesClient) {
    let server = Server::content().await;
    let api = BodiesClient::builder(server.url()).build().unwrap();
    (server, api)
}

/// Asserts the content type and length of the last request, and returns its body.
fn body(server: &Server, content_type: &str) -> Bytes {
    let seen = server.last();
    assert_eq!(values(&seen, "content-type"), [content_type]);
    assert_eq!(values(&seen, "content-length"), [seen.body().len().to_string()]);
    seen.into_body()
}

fn parsed(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[tokio::test]
async fn a_json_body_is_the_whole_value() {
    let (server, api) = api().await;
    let order = json!({ "name": "a \"b\"&c", "tags": ["x", "é"], "note": null });
    api.json(&ORDER).await.unwrap();
    assert_eq!(parsed(&body(&server, JSON)), order);
    api.json_of_any_kind(&[1, 2]).await.unwrap();
    assert_eq!(body(&server, JSON), "[1,2]");
    api.json_of_any_kind(&"text").await.unwrap();
    assert_eq!(body(&server, JSON), "\"text\"");
}

#[tokio::test]
async fn json_fields_form_one_object() {
    let (server, api) = api().await;
    api.json_members("a@b", None, &ORDER).await.unwrap();
    let order = json!({ "name": "a \"b\"&c", "tags": ["x", "é"], "note": null });
    let expected = json!({ "grant": "password", "email": "a@b", "pass word": null, "order": order });
    assert_eq!(parsed(&body(&server, JSON)), expected);
    api.delete("no more").await.unwrap();
    assert_eq!(
        (body(&server, JSON), server.last().method().as_str()),
        (r#"{"reason":"no more"}"#.into(), "DELETE"),
        "body and HTTP method"
    );
}

#[tokio::test]
async fn a_form_is_encoded_as_browsers_do() {
    let (server, api) = api().await;
    api.form(&ORDER).await.unwrap();
    assert_eq!(body(&server, FORM), "name=a+%22b%22%26c&tags=x&tags=%C3%A9");
    api.form_members(&["a", "b c"], None).await.unwrap();
    assert_eq!(body(&server, FORM), "grant_type=refresh+token&scope=a&scope=b+c");
    api.form_members(&[], Some("h")).await.unwrap();
    assert_eq!(body(&server, FORM), "grant_type=refresh+token&hint=h");
}

#[tokio::test]
async fn bytes_and_text_are_sent_unchanged() {
    let (server, api) = api().await;
    api.bytes(Bytes::from_static(b"\0\xff")).await.unwrap();
    assert_eq!(body(&server, BYTES), &b"\0\xff"[..]);
    api.vector(vec![1, 2]).await.unwrap();
    assert_eq!(body(&server, BYTES), &b"\x01\x02"[..]);
    api.string("grüße".to_owned()).await.unwrap();
    assert_eq!(body(&server, TEXT), "grüße");
    api.text("text").await.unwrap();
    assert_eq!(body(&server, TEXT), "text");
    api.body(Body::from("part")).await.unwrap();
    assert_eq!(body(&server, TEXT), "part");
}

/// If the body argument is `None`, no body is sent. A value that serializes to `null` is sent as `null`.
#[tokio::test]
async fn a_body_can_be_left_out() {
    let (server, api) = api().await;
    api.json_or_none(Some(&Value::Null)).await.unwrap();
    assert_eq!(body(&server, JSON), "null");
    api.body_or_none(Some(Body::from("part"))).await.unwrap();
    assert_eq!(body(&server, TEXT), "part");
    api.json_or_none(None).await.unwrap();
    let by_json = server.last();
    api.body_or_none(None).await.unwrap();
    for seen in [by_json, server.last()] {
        assert_eq!(
            (values(&seen, "content-type"), &**seen.body()),
            (vec![], &b""[..]),
            "`content-type` headers and body"
        );
    }
}

#[tokio::test]
async fn the_callers_content_type_wins() {
    let (server, api) = api().await;
    api.xml("application/xml", Xml("order")).await.unwrap();
    assert_eq!(body(&server, "application/xml"), "<order/>");
}

#[tokio::test]
async fn a_stream_is_sent_in_chunks() {
    let (server, api) = api().await;
    let chunks = || stream::iter(["a", "b", "c"].map(Ok::<_, std::io::Error>));
    let replayable = Body::replayable(move || reqwest::Body::wrap_stream(chunks()));
    for streamed in [Body::stream(chunks()), replayable] {
        api.body(streamed).await.unwrap();
        let seen = server.last();
        assert_eq!(
            (values(&seen, "content-type"), values(&seen, "transfer-encoding")),
            (vec![BYTES], vec!["chunked"]),
            "`content-type` and `transfer-encoding` headers"
        );
        assert_eq!(seen.body(), "abc");
    }
}
