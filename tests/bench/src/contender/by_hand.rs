//! A handwritten client that uses reqwest as shown in reqwest's documentation.

use reqwest::Client;

use super::{Contender, TOKEN};
use crate::item::Item;

#[derive(Clone)]
pub struct ByHand {
    http: Client,
    base: String,
    token: String,
}

impl ByHand {
    async fn item(&self, id: u64, q: &str) -> reqwest::Result<Item> {
        self.http
            .get(format!("{}/items/{id}", self.base))
            .query(&[("q", q)])
            .bearer_auth(&self.token)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }
}

impl Contender for ByHand {
    fn new(base: &str) -> Self {
        Self { http: Client::new(), base: base.to_owned(), token: TOKEN.to_owned() }
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.item(id, q).await.expect("an item")
    }
}
