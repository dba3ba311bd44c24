//! A client built on hyper-util's pooled client, as the baseline for transports that do not use reqwest.

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::{Contender, TOKEN};
use crate::item::Item;

#[derive(Clone)]
pub struct HyperUtil {
    http: Client<HttpConnector, Empty<bytes::Bytes>>,
    base: String,
    host: HeaderValue,
    credential: HeaderValue,
}

impl Contender for HyperUtil {
    fn new(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let http = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        let host = HeaderValue::from_str(base.trim_start_matches("http://")).expect("a header");
        let credential = HeaderValue::try_from(format!("Bearer {TOKEN}")).expect("a header");
        Self { http, base: base.to_owned(), host, credential }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        let q = serde_urlencoded::to_string([("q", q)]).expect("a query");
        let uri = Uri::try_from(format!("{}/items/{id}?{q}", self.base)).expect("a URI");
        let request = Request::get(uri).header(HOST, &self.host).header(AUTHORIZATION, &self.credential);
        let answer =
            self.http.request(request.body(Empty::new()).expect("a request")).await.expect("an answer");
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        serde_json::from_slice(&body).expect("an item")
    }
}
