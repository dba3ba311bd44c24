//! A client that only clones and sends a prepared reqwest request, to show the cost of reqwest itself.

use http::header::AUTHORIZATION;
use reqwest::{Client, Request};

use super::{Contender, TOKEN};
use crate::item::Item;

#[derive(Clone)]
pub struct Floor {
    http: Client,
    request: std::sync::Arc<Request>,
}

impl Contender for Floor {
    fn new(base: &str) -> Self {
        let http = Client::new();
        let request = http.get(format!("{base}/items/1?q=green+tea"));
        let request = request.header(AUTHORIZATION, format!("Bearer {TOKEN}")).build().expect("a request");
        Self { http, request: request.into() }
    }

    async fn call(&mut self, _: u64, _: &str) -> Item {
        let request = self.request.try_clone().expect("no body");
        let answer = self.http.execute(request).await.expect("an answer");
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("an item")
    }
}
