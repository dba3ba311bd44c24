//! Tests responses over real sockets: how each return type is read, and what an error contains.

use std::net::Ipv4Addr;
use std::time::Duration;

use afresh::response::FromResponse;
use afresh::{Error, Reply, api};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::sockets::server::{self, Answer, Server, answer, line, refusing};

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Order {
    id: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Lines(Vec<String>);

impl FromResponse for Lines {
    fn from_response(answer: afresh::response::Answer) -> afresh::Result<Self> {
        let answer = answer.success()?;
        Ok(Self(String::from_utf8_lossy(answer.body()).lines().map(str::to_owned).collect()))
    }
}

/// A custom error type.
#[derive(Debug)]
struct Failed(Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

type Fallible<T> = Result<T, Failed>;
type Outcome<T> = afresh::Result<T>;

#[api]
trait Answers {
    #[get("/")]
    async fn order(&self) -> afresh::Result<Order>;

    #[get("/")]
    async fn orders(&self) -> Outcome<Vec<Order>>;

    #[get("/")]
    async fn nothing(&self) -> afresh::Result<()>;

    #[get("/")]
    async fn text(&self) -> afresh::Result<String>;

    #[get("/")]
    async fn bytes(&self) -> afresh::Result<Bytes>;

    #[get("/")]
    async fn maybe(&self) -> afresh::Result<Option<Order>>;

    #[get("/")]
    async fn reply(&self) -> afresh::Result<Reply<Order>>;

    #[get("/")]
    async fn reply_of_maybe(&self) -> afresh::Result<Reply<Option<Order>>>;

    #[get("/")]
    async fn response(&self) -> afresh::Result<reqwest::Response>;

    #[get("/")]
    async fn lines(&self) -> afresh::Result<Lines>;

    #[get("/")]
    async fn fallible(&self) -> Fallible<Order>;

    #[get("/")]
    async fn any<T: serde::de::DeserializeOwned>(&self) -> afresh::Result<T>;
}

async fn api(answer: Answer) -> (Server, AnswersClient) {
    let server = Server::answering(move |_| answer.clone()).await;
    let api = AnswersClient::builder(server.url()).build().unwrap();
    (server, api)
}

async fn api_of_json(body: &str) -> (Server, AnswersClient) {
    api(server::json(200, body)).await
}

fn empty(status: u16) -> Answer {
    http::Response::builder().status(status).body(String::new()).unwrap()
}

#[tokio::test]
async fn json_is_read_into_the_declared_type() {
    let (_server, api) = api_of_json(r#"{ "id": 7, "more": [] }"#).await;
    assert_eq!(api.order().await.unwrap(), Order { id: 7 });
    assert_eq!(api.fallible().await.unwrap(), Order { id: 7 });
    assert_eq!(api.any::<Value>().await.unwrap(), json!({ "id": 7, "more": [] }));
    assert_eq!(api.maybe().await.unwrap(), Some(Order { id: 7 }));
    api.nothing().await.unwrap();
    let (_server, api) = api_of_json(r#"[{ "id": 1 }, { "id": 2 }]"#).await;
    assert_eq!(api.orders().await.unwrap(), [Order { id: 1 }, Order { id: 2 }]);
}

#[tokio::test]
async fn a_string_is_the_body_or_the_json_string_in_it() {
    let (_server, plain) = api(answer(200, "text/plain; charset=utf-8", "\"grüße\"\n")).await;
    assert_eq!(plain.text().await.unwrap(), "\"grüße\"\n");
    let (_server, json) = api_of_json("\"gr\\u00fc\\u00dfe\"").await;
    assert_eq!(json.text().await.unwrap(), "grüße");
    assert_eq!(json.bytes().await.unwrap(), "\"gr\\u00fc\\u00dfe\"");
    let (_server, page) = api(answer(200, "text/html", "<p>")).await;
    assert_eq!((page.text().await.unwrap(), page.bytes().await.unwrap()), ("<p>".into(), "<p>".into()));
    assert_eq!(page.lines().await.unwrap(), Lines(vec!["<p>".to_owned()]));
}

#[tokio::test]
async fn an_empty_body_is_none_or_unit() {
    for absent in
        [empty(204), empty(200), empty(205), server::json(200, "null"), server::json(200, " null\n")]
    {
        let (_server, api) = api(absent).await;
        assert_eq!(api.maybe().await.unwrap(), None);
        assert_eq!(api.reply_of_maybe().await.unwrap().body, None);
        api.nothing().await.unwrap();
        assert!(api.order().await.unwrap_err().is_decode());
    }
    let (_server, missing) = api(empty(404)).await;
    assert_eq!(missing.maybe().await.unwrap_err().status().unwrap(), 404);
}

#[tokio::test]
async fn a_reply_has_status_and_headers_too() {
    let mut created = server::json(201, r#"{ "id": 7 }"#);
    created.headers_mut().append("x-page", "1".parse().unwrap());
    created.headers_mut().append("x-page", "2".parse().unwrap());
    let (_server, api) = api(created).await;
    let reply = api.reply().await.unwrap();
    assert_eq!(reply.status.as_u16(), 201);
    assert_eq!(&reply.body, &Order { id: 7 });
    assert_eq!(reply.headers.get_all("x-page").iter().collect::<Vec<_>>(), ["1", "2"], "`x-page` headers");
    let receipt = reply.receipt();
    assert!(!receipt.is_authenticated());
    assert!(!receipt.is_replayed());
    assert_eq!(receipt.sends(), 1, "sends in the receipt");
}

#[tokio::test]
async fn a_raw_response_is_returned_with_any_status() {
    for status in [200, 404, 500] {
        let (_server, api) = api(answer(status, "text/plain", "as it is")).await;
        let response = api.response().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (status, &"text/plain".parse().unwrap()),
            "status and `content-type` header"
        );
        assert_eq!(response.text().await.unwrap(), "as it is");
    }
}

#[tokio::test]
async fn an_error_keeps_status_headers_and_body() {
    for status in [400, 401, 403, 404, 409, 422, 429, 500, 503] {
        let mut refused = server::json(status, r#"{ "code": 7 }"#);
        refused.headers_mut().insert("x-trace", "t1".parse().unwrap());
        let (server, api) = api(refused).await;
        let Failed(error) = api.fallible().await.unwrap_err();
        assert!(error.is_status() && !error.is_refresh(), "{error:?}");
        assert_eq!(
            (error.status().unwrap().as_u16(), error.method()),
            (status, Some("Answers::fallible")),
            "status and method in the error"
        );
        assert_eq!(error.headers().unwrap()["x-trace"], "t1");
        assert_eq!(
            (error.body().unwrap(), error.json::<Value>()),
            (&r#"{ "code": 7 }"#.into(), Some(json!({ "code": 7 }))),
            "body in the error, as bytes and as JSON"
        );
        assert!(error.problem().is_none() && error.json::<Vec<u8>>().is_none());
        assert!(api.nothing().await.is_err() && api.text().await.is_err() && api.bytes().await.is_err());
        assert!(api.maybe().await.is_err() && api.reply().await.is_err() && api.lines().await.is_err());
        assert_eq!(server.seen().len(), 7, "no call was sent again");
    }
}

#[tokio::test]
async fn an_error_reads_problem_details() {
    let body = json!({ "type": "https://e/credit", "title": "No credit", "status": 403, "detail": "30 < 50",
        "instance": "/a/1", "balance": 30 });
    let (_server, api) = api(answer(403, "application/problem+json; charset=utf-8", &body.to_string())).await;
    let error = api.order().await.unwrap_err();
    let problem = error.problem().unwrap();
    assert_eq!(
        (problem.kind.as_deref(), problem.status),
        (Some("https://e/credit"), Some(403)),
        "type and status of the problem"
    );
    assert_eq!(
        (problem.title.as_deref(), problem.detail.as_deref()),
        (Some("No credit"), Some("30 < 50")),
        "title and detail of the problem"
    );
    assert_eq!(
        (problem.instance.as_deref(), &problem.extensions["balance"]),
        (Some("/a/1"), &json!(30)),
        "instance and balance of the problem"
    );
    assert_eq!(error.rejection().unwrap().status(), 403);
}

#[tokio::test]
async fn an_answer_of_another_type_is_a_decode_error() {
    for body in ["", "no JSON", r#"{ "id": "seven" }"#, "[]", r#"{ "id": 7 } trailing"#] {
        let (_server, api) = api_of_json(body).await;
        let error = api.order().await.unwrap_err();
        assert!(error.is_decode(), "{body}: {error:?}");
        assert!(error.rejection().is_none());
    }
}

#[tokio::test]
async fn an_unreachable_server_is_a_connect_error() {
    let (_held, url) = refusing();
    let error = AnswersClient::builder(&url).build().unwrap().order().await.unwrap_err();
    assert!(error.is_connect() && error.status().is_none(), "{error:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_a_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let brief = AnswersClient::builder(&url).timeout(Duration::from_millis(50)).build().unwrap();
    assert!(brief.order().await.unwrap_err().is_timeout());
    let brief = reqwest::Client::builder().timeout(Duration::from_millis(50)).build().unwrap();
    let theirs = AnswersClient::builder(&url).http(brief).build().unwrap();
    assert!(theirs.order().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn the_path_slash_is_the_base_url_itself() {
    let (server, api) = api_of_json("{}").await;
    api.nothing().await.unwrap();
    assert_eq!(line(&server.last()), "GET /");
}

#[api]
trait Heads {
    #[head("/orders")]
    async fn head(&self) -> afresh::Result<Reply<Option<()>>>;

    #[get("/orders")]
    async fn get(&self) -> afresh::Result<Reply<Option<Order>>>;
}

/// RFC 9110 §8.6, §9.3.2, §15.3.5, §15.3.6: responses to HEAD requests and 204 responses have no body, and a 205
/// response has an empty body. The client does not wait for a body that the response cannot have, so the next call can
/// use the same connection.
#[tokio::test]
async fn answers_without_a_body_keep_the_connection_usable() {
    const HEADS: [&str; 5] = [
        "200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n",
        "204 No Content\r\n\r\n",
        "205 Reset Content\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "205 Reset Content\r\ncontent-length: 0\r\n\r\n",
        "200 OK\r\ncontent-length: 9\r\n\r\n{\"id\": 7}",
    ];
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let api = HeadsClient::builder(format!("http://{}", listener.local_addr().unwrap())).build().unwrap();
    let server = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut socket = BufReader::new(socket);
        for head in HEADS {
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                assert_ne!(socket.read_line(&mut line).await.unwrap(), 0, "one connection serves all calls");
            }
            socket.write_all(format!("HTTP/1.1 {head}").as_bytes()).await.unwrap();
        }
    });
    let head = api.head().await.unwrap();
    assert_eq!(
        (head.body, &head.headers["content-length"]),
        (None, &"9".parse().unwrap()),
        "body and `content-length` header"
    );
    for status in [204, 205, 205] {
        let reply = api.get().await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.body), (status, None), "status and body of the reply");
    }
    assert_eq!(api.get().await.unwrap().body, Some(Order { id: 7 }));
    server.await.unwrap();
}
