//! Tests that a request body has a `content-length` if its length is known. The last test covers a refusal that arrives
//! before the upload has ended.

use std::path::PathBuf;

use afresh::{Body, Part, Result, api};
use futures_util::stream;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::sockets::server::{Request, Server, values};

#[api]
trait Uploads {
    #[put("/")]
    async fn raw(&self, #[body] body: Body) -> Result<()>;

    #[post("/")]
    async fn parts(&self, #[part] parts: Vec<Part>) -> Result<()>;
}

struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let folder = std::env::temp_dir().join(format!("afresh-lengths-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn chunks(n: usize) -> impl futures_util::Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
    stream::iter((0..n).map(|_| Ok(vec![b'x'; 1000])))
}

fn assert_has_length(request: &Request) {
    assert_eq!(values(request, "content-length"), [request.body().len().to_string()]);
    assert!(values(request, "transfer-encoding").is_empty());
}

#[tokio::test]
async fn raw_bodies_are_sent_with_their_length() {
    let server = Server::content().await;
    let uploads = UploadsClient::builder(server.url()).build().unwrap();
    let file = TemporaryFile::new("report.pdf", &[7; 100_000]);
    let empty = TemporaryFile::new("empty.txt", b"");
    let replayable = Body::replayable(|| reqwest::Body::wrap_stream(chunks(3))).with_length(3000);
    let bodies = [
        (Body::file(&file.0), 100_000),
        (Body::file(&empty.0), 0),
        (Body::stream(chunks(2)).with_length(2000), 2000),
        (replayable, 3000),
        (Body::from("text").with_length(9), 4),
    ];
    for (body, length) in bodies {
        uploads.raw(body).await.unwrap();
        let request = server.last();
        assert_eq!(request.body().len(), length);
        assert_has_length(&request);
    }
    uploads.raw(Body::stream(chunks(2))).await.unwrap();
    assert_eq!(values(&server.last(), "transfer-encoding"), ["chunked"]);
}

#[tokio::test]
async fn a_stream_of_another_length_is_an_error() {
    let server = Server::content().await;
    let uploads = UploadsClient::builder(server.url()).build().unwrap();
    for length in [1, 1500, 2001] {
        let error = uploads.raw(Body::stream(chunks(2)).with_length(length)).await.unwrap_err();
        assert!(!error.is_status() && !error.is_decode(), "{length}: {error}");
    }
}

#[tokio::test]
async fn a_folder_is_refused_before_anything_is_sent() {
    let server = Server::content().await;
    let uploads = UploadsClient::builder(server.url()).build().unwrap();
    let error = uploads.raw(Body::file(std::env::temp_dir())).await.unwrap_err();
    assert!(error.is_request(), "{error}");
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_multipart_body_has_a_length_if_every_part_has_one() {
    let server = Server::content().await;
    let uploads = UploadsClient::builder(server.url()).build().unwrap();
    let file = TemporaryFile::new("photo.jpg", &[7; 50_000]);
    let known = || {
        vec![
            Part::text("a caption"),
            Part::bytes(vec![1, 2]),
            Part::json(&json!({"a": 1})),
            Part::file(&file.0),
            Part::body(Body::stream(chunks(2)).with_length(2000)),
        ]
    };
    uploads.parts(known()).await.unwrap();
    assert_has_length(&server.last());
    let mut unknown = known();
    unknown.push(Part::stream(chunks(1)));
    uploads.parts(unknown).await.unwrap();
    assert_eq!(values(&server.last(), "transfer-encoding"), ["chunked"]);
}

#[tokio::test]
async fn a_part_says_what_it_is() {
    let server = Server::content().await;
    let uploads = UploadsClient::builder(server.url()).build().unwrap();
    let (known, unknown) = (TemporaryFile::new("a.png", b"PNG"), TemporaryFile::new("b.unheard-of", b"?"));
    let parts = vec![
        Part::text("text"),
        Part::bytes("bytes"),
        Part::json(&[1, 2]),
        Part::file(&known.0),
        Part::file(&unknown.0),
        Part::file(&known.0).content_type("image/x-own"),
        Part::stream(chunks(1)),
        Part::body(Body::from("text")),
    ];
    uploads.parts(parts).await.unwrap();
    let request = server.last();
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let heads = body
        .split("\r\n\r\n")
        .filter_map(|head| head.rsplit_once("Content-Disposition").map(|found| found.1));
    let kinds: Vec<Option<String>> = heads
        .map(|head| head.to_ascii_lowercase().split_once("content-type: ").map(|(_, kind)| kind.to_owned()))
        .collect();
    let kinds: Vec<Option<&str>> = kinds.iter().map(Option::as_deref).collect();
    let bytes = Some("application/octet-stream");
    assert_eq!(
        kinds,
        [None, bytes, Some("application/json"), Some("image/png"), bytes, Some("image/x-own"), None, None],
        "`content-type` headers of the requests"
    );
    assert!(body.contains("\r\n[1,2]\r\n"), "{body}");
}

#[tokio::test]
async fn a_part_that_cannot_be_json_is_refused_before_anything_is_sent() {
    let server = Server::content().await;
    let uploads = UploadsClient::builder(server.url()).build().unwrap();
    let odd = std::collections::HashMap::from([((1, 2), 3)]);
    let error = uploads.parts(vec![Part::json(&odd)]).await.unwrap_err();
    assert!(error.is_request() && error.to_string().contains("part `parts`"), "{error}");
    assert_eq!(server.seen().len(), 0);
}

/// The ways in which a server can refuse an upload after it has read the request headers.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    /// The server responds, closes its sending half, and reads the rest of the request.
    Politely,
    /// The server responds and closes the connection without reading the body, so the connection is reset.
    AtOnce,
    /// The server closes the connection without sending a response.
    InSilence,
}

async fn refusing(refusal: Refusal) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 1024];
                let _ = socket.read(&mut head).await;
                if !matches!(refusal, Refusal::InSilence) {
                    let answer = "HTTP/1.1 413 Payload Too Large\r\ncontent-length: 7\r\nconnection: close\r\n\r\ntoo big";
                    let _ = socket.write_all(answer.as_bytes()).await;
                    let _ = socket.flush().await;
                }
                if matches!(refusal, Refusal::Politely) {
                    let _ = socket.shutdown().await;
                    let mut rest = vec![0; 64 * 1024];
                    while socket.read(&mut rest).await.is_ok_and(|length| length > 0) {}
                }
            });
        }
    });
    url
}

/// If a server refuses an upload early and the transport can read the response, the call returns the refusal. If the
/// transport cannot read the response, the error reports that the request body was not sent completely.
#[tokio::test]
async fn an_early_refusal_is_the_answer_or_the_error_says_that_the_body_is_not_whole() {
    for refusal in [Refusal::Politely, Refusal::AtOnce, Refusal::InSilence] {
        for streamed in [false, true] {
            let url = refusing(refusal).await;
            let uploads = UploadsClient::builder(&url).build().unwrap();
            let body =
                if streamed { Body::stream(chunks(20_000)) } else { Body::from(vec![b'x'; 20_000_000]) };
            let error = uploads.raw(body).await.unwrap_err();
            match refusal {
                Refusal::Politely => assert_eq!(error.status().map(|status| status.as_u16()), Some(413)),
                Refusal::AtOnce if error.is_status() => assert_eq!(error.body().unwrap(), "too big"),
                Refusal::AtOnce => {
                    assert!(
                        error.to_string().contains("before the whole request body was sent"),
                        "{error:?}"
                    );
                }
                Refusal::InSilence => assert!(!error.is_status() && !error.is_decode(), "{error:?}"),
            }
        }
    }
}
