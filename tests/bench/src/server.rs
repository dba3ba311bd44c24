//! The server, a process of its own on loopback: answers what it is asked for from memory, on one thread.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::item::Item;

/// A server that runs until this is dropped.
pub struct Server {
    process: Child,
    /// Its origin.
    pub base: String,
}

impl Server {
    /// Starts one at this port, 0 for any. It lets this time pass before each answer: a client that is slowed down by
    /// an instrument then waits for its answer, as others do.
    pub fn start(port: u16, pause: Duration) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["serve", &port.to_string(), &pause.as_micros().to_string()]);
        let mut process = command.stdout(Stdio::piped()).spawn().expect("a process");
        let mut base = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut base).expect("the server's first words");
        Self { process, base: base.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the process does.
#[tokio::main(flavor = "current_thread")]
pub async fn serve(port: u16, pause: Duration) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("a free port");
    println!("http://{}", listener.local_addr().expect("an address"));
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        tokio::spawn(converse(stream, pause));
    }
}

async fn converse(stream: TcpStream, pause: Duration) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| async move { answer(request, pause).await });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, pause: Duration) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if !body.is_end_stream() {
        let _ = body.collect().await;
    }
    // Few talk to a patient server, and a timer of tokio's is coarser than this.
    if !pause.is_zero() {
        std::thread::sleep(pause);
    }
    Ok(said(head.uri.path()))
}

fn said(path: &str) -> Response<Full<Bytes>> {
    let mut parts = path.trim_start_matches('/').split('/');
    match parts.next() {
        Some("nothing") => {
            let mut empty = Response::new(Full::default());
            *empty.status_mut() = http::StatusCode::NO_CONTENT;
            empty
        }
        _ => json(&Item::numbered(parts.next().and_then(|id| id.parse().ok()).unwrap_or(1))),
    }
}

fn json(value: &impl serde::Serialize) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(serde_json::to_vec(value).unwrap_or_default()));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
