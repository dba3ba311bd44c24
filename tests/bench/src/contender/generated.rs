//! afresh: what its users write.

use std::time::Duration;

use afresh::{RefreshToken, Result, Tokens, api};

use super::{Contender, TOKEN};
use crate::item::Item;

/// The whole client.
#[api]
pub trait Shop {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/items/{id}")]
    async fn item(&self, id: u64, #[query] q: &str) -> Result<Item>;
}

#[derive(Clone)]
pub struct Generated(ShopClient);

impl Contender for Generated {
    fn new(base: &str) -> Self {
        let tokens = Tokens::new(TOKEN).with_refresh("refresh").with_lifetime(Duration::from_secs(3600));
        Self(ShopClient::builder(base).tokens(tokens).build().expect("a client"))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.item(id, q).await.expect("an item")
    }
}
