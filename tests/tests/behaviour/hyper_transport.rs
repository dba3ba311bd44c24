//! Tests `HyperTransport` over real sockets: connections, timeouts, and requests that must not be sent more than once.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use afresh::error::BoxError;
use afresh::transport::HyperTransport;
use afresh::{Client, Result, Tokens, api};
use afresh_tests::{Answer, Stage};
use bytes::Bytes;
use reqwest::{Method, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tower::util::MapRequestLayer;
use tower::{Layer, ServiceExt};

#[api]
trait Till {
    #[post("/payments")]
    async fn pay(&self, #[json("cents")] cents: u32) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64, #[query] page: u32) -> Result<serde_json::Value>;

    #[get("/photo")]
    async fn photo(&self) -> Result<Bytes>;
}

fn till(base: &str, transport: HyperTransport) -> TillClient {
    TillClient::builder(base).transport(transport).tokens(Tokens::new("access")).build().unwrap()
}

fn transport() -> HyperTransport {
    HyperTransport::new().unwrap()
}

/// Starts a raw TCP server. `play` handles each connection and receives the connection's number.
async fn server<F, R>(play: F) -> String
where
    F: Fn(usize, TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(play(number, stream));
        }
    });
    base
}

/// Reads one small request. Returns `false` if the client has closed the connection.
async fn request(stream: &mut TcpStream) -> bool {
    stream.read(&mut [0; 4096]).await.is_ok_and(|length| length > 0)
}

const NOTHING: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn a_second_call_reuses_the_connection() {
    let stage = Stage::new();
    stage.respond(|seen| Answer::json(200, seen.uri().to_string()));
    let listening = stage.listen().await;
    let till = till(&listening.base_url, transport());
    for id in [7, 8] {
        let reported = till.order(id, 2).await.unwrap();
        assert_eq!(reported, listening.url(&format!("/orders/{id}?page=2")));
    }
    assert_eq!(listening.connections(), 1);
    let seen = &stage.log()[0];
    assert_eq!(
        (seen.token(), seen.header("accept")),
        (Some("access"), Some("*/*")),
        "access token and `accept` header"
    );
    assert_eq!(seen.header("host"), Some(&*listening.address().to_string()));
}

/// A response body that arrives in many chunks is read to its end, and a body that is cut off causes an error.
#[tokio::test]
async fn a_body_in_many_chunks_is_read_to_its_end() {
    let stage = Stage::new();
    let photo: Vec<u8> = (0..=250).cycle().take(300_000).collect();
    let (whole, pieces) = (photo.clone(), photo.clone());
    stage.respond(move |seen| match seen.number() {
        0 => Answer::new(200).body(whole.clone()),
        1 => Answer::new(200).chunks(pieces.chunks(7_000).map(<[u8]>::to_vec)),
        _ => Answer::new(200).chunks([&b"half"[..]]).then_break(),
    });
    let listening = stage.listen().await;
    let till = till(&listening.base_url, transport());
    assert_eq!(till.photo().await.unwrap(), photo);
    assert_eq!(till.photo().await.unwrap(), photo);
    let broken = till.photo().await.unwrap_err();
    assert!(!broken.is_timeout() && !broken.is_connect() && broken.status().is_none(), "{broken:?}");
}

/// M4: if a connection breaks after a request was sent, the request is not sent again, even if the connection had been
/// used before.
#[tokio::test]
async fn a_request_whose_connection_breaks_is_not_sent_again() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let base = server(move |_, mut stream| {
        let requests = count.clone();
        async move {
            while request(&mut stream).await {
                if requests.fetch_add(1, Ordering::SeqCst) > 0 {
                    return;
                }
                stream.write_all(NOTHING).await.unwrap();
            }
        }
    })
    .await;
    let till = till(&base, transport());
    till.pay(100).await.unwrap();
    let error = till.pay(200).await.unwrap_err();
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

/// M4: a call does not fail if the server has closed an idle connection.
#[tokio::test]
async fn a_connection_that_the_server_closed_while_idle_fails_no_call() {
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    let (closed, mut wait) = tokio::sync::mpsc::unbounded_channel();
    let base = server(move |number, mut stream| {
        count.store(number + 1, Ordering::SeqCst);
        let closed = closed.clone();
        async move {
            assert!(request(&mut stream).await);
            stream.write_all(NOTHING).await.unwrap();
            drop(stream);
            closed.send(()).unwrap();
        }
    })
    .await;
    let till = till(&base, transport());
    for cents in [100, 200, 300] {
        till.pay(cents).await.unwrap();
        wait.recv().await.unwrap();
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_refused_connection_is_a_connect_error() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = till(&base, transport()).pay(100).await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn connecting_takes_no_longer_than_the_connect_timeout() {
    let never = HyperTransport::over(|_| std::future::pending::<Result<DuplexStream, BoxError>>());
    let begun = tokio::time::Instant::now();
    let error =
        till("https://shop.test", never.connect_timeout(Duration::from_secs(3))).pay(100).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(begun.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_request_covers_its_answer() {
    let stage = Stage::new();
    let client = Client::builder("https://shop.test")
        .transport(crate::transports::hyper_transport(stage.clone()))
        .build()
        .unwrap();
    let request = || {
        let mut request = Request::new(Method::GET, "https://shop.test/orders?page=2".parse().unwrap());
        *request.timeout_mut() = Some(Duration::from_secs(5));
        request
    };
    stage.respond(|_| Answer::hang());
    assert!(client.execute(request()).await.unwrap_err().is_timeout());
    stage.respond(|_| Answer::new(200).body("half").then_hang());
    let response = client.execute(request()).await.unwrap();
    assert_eq!(response.url().as_str(), "https://shop.test/orders?page=2");
    let error = afresh::Error::from(response.bytes().await.unwrap_err());
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn tower_layers_can_wrap_the_transport() {
    let stage = Stage::new();
    stage.respond(|seen| Answer::json(200, seen.header("x-signed")));
    let signing = MapRequestLayer::new(|mut request: Request| {
        request.headers_mut().insert("x-signed", "yes".parse().unwrap());
        request
    });
    let transport = signing.layer(crate::transports::hyper_transport(stage.clone()));
    let till = TillClient::builder("https://shop.test").transport(transport).build().unwrap();
    assert_eq!(till.order(7, 1).await.unwrap(), "yes");

    let alone = crate::transports::hyper_transport(stage)
        .oneshot(Request::new(Method::GET, "https://shop.test/a".parse().unwrap()));
    assert_eq!(alone.await.unwrap().url().as_str(), "https://shop.test/a");
}

/// A connection to an `https` URL starts with a TLS handshake that offers HTTP/2, so nothing is sent in plaintext.
#[tokio::test]
async fn an_https_connection_starts_with_tls() {
    let (sender, mut hello) = tokio::sync::mpsc::unbounded_channel();
    let base = server(move |_, mut stream| {
        let sender = sender.clone();
        async move {
            let mut bytes = vec![0; 4096];
            let length = stream.read(&mut bytes).await.unwrap();
            bytes.truncate(length);
            let _ = sender.send(bytes);
        }
    })
    .await;
    let error = till(&base.replace("http:", "https:"), transport()).pay(100).await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    let hello = hello.recv().await.unwrap();
    assert_eq!(hello[..2], [0x16, 3], "the first two bytes of a TLS handshake record");
    assert!(hello.windows(12).any(|bytes| bytes == b"\x02h2\x08http/1.1"), "ALPN");
    assert!(!hello.windows(6).any(|bytes| bytes == b"access"));
}
