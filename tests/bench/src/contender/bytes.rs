//! A client that consists of one socket and two buffers, and therefore has the lowest possible cost per call.

use std::io::Write;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Contender, TOKEN};
use crate::item::Item;

pub struct Bytes {
    host: String,
    connection: Option<TcpStream>,
    request: Vec<u8>,
    answer: Vec<u8>,
}

impl Clone for Bytes {
    fn clone(&self) -> Self {
        Self { host: self.host.clone(), connection: None, request: Vec::new(), answer: Vec::new() }
    }
}

impl Contender for Bytes {
    fn new(base: &str) -> Self {
        let host = base.trim_start_matches("http://").to_owned();
        Self { host, connection: None, request: Vec::new(), answer: Vec::new() }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        if self.connection.is_none() {
            let stream = TcpStream::connect(&self.host).await.expect("a connection");
            stream.set_nodelay(true).expect("an open socket");
            self.connection = Some(stream);
        }
        let connection = self.connection.as_mut().expect("one was opened");
        let q = q.replace(' ', "+");
        self.request.clear();
        write!(
            self.request,
            "GET /items/{id}?q={q} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {TOKEN}\r\naccept: */*\r\n\r\n",
            self.host
        )
        .expect("memory");
        connection.write_all(&self.request).await.expect("an open socket");
        self.answer.clear();
        loop {
            connection.read_buf(&mut self.answer).await.expect("an answer");
            if let Some(body) = body(&self.answer) {
                return serde_json::from_slice(body).expect("an item");
            }
        }
    }
}

/// Returns the body if the response is complete.
fn body(answer: &[u8]) -> Option<&[u8]> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(start) = head.parse(answer).expect("a head") else { return None };
    let length = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"))?;
    let length: usize = std::str::from_utf8(length.value).ok()?.parse().ok()?;
    answer.get(start..start + length)
}
