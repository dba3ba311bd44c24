//! A client that uses hyper directly, with one connection and no pool.

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderValue, Request};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Contender, TOKEN};
use crate::item::Item;

pub struct Hyper {
    host: String,
    header: HeaderValue,
    credential: HeaderValue,
    connection: Option<SendRequest<Empty<bytes::Bytes>>>,
}

impl Clone for Hyper {
    fn clone(&self) -> Self {
        let (host, header, credential) = (self.host.clone(), self.header.clone(), self.credential.clone());
        Self { host, header, credential, connection: None }
    }
}

impl Contender for Hyper {
    fn new(base: &str) -> Self {
        let host = base.trim_start_matches("http://").to_owned();
        let credential = HeaderValue::try_from(format!("Bearer {TOKEN}")).expect("a header");
        Self { header: HeaderValue::from_str(&host).expect("a header"), host, credential, connection: None }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        if self.connection.is_none() {
            let stream = TcpStream::connect(&self.host).await.expect("a connection");
            stream.set_nodelay(true).expect("an open socket");
            let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a connection");
            tokio::spawn(connection);
            self.connection = Some(sender);
        }
        let connection = self.connection.as_mut().expect("one was opened");
        let q = serde_urlencoded::to_string([("q", q)]).expect("a query");
        let request = Request::get(format!("/items/{id}?{q}")).header(HOST, &self.header);
        let request = request.header(AUTHORIZATION, &self.credential).body(Empty::new()).expect("a request");
        connection.ready().await.expect("an open connection");
        let answer = connection.send_request(request).await.expect("an answer");
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        serde_json::from_slice(&body).expect("an item")
    }
}
