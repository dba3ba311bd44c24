//! The clients that the `afresh` crate generates, from traits written as users would write them.

use std::time::Duration;

use afresh::transport::HyperTransport;
use afresh::{ClientBuilder, RefreshToken, Rejection, Result, Tokens, api};

use super::{Contender, TOKEN};
use crate::in_memory::InMemory;
use crate::item::Item;
use crate::rush::refused;

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

impl Generated {
    fn builder(base: &str) -> ClientBuilder<ShopClient> {
        let tokens = Tokens::new(TOKEN).with_refresh("refresh").with_lifetime(Duration::from_secs(3600));
        ShopClient::builder(base).tokens(tokens)
    }
}

impl Contender for Generated {
    fn new(base: &str) -> Self {
        Self(Self::builder(base).build().expect("a client"))
    }

    fn watched(base: &str) -> Self {
        // This `expired_when` rule only counts the rejected calls, so it always returns `false`.
        let watch = |_: &Rejection| {
            refused();
            false
        };
        Self(Self::builder(base).expired_when(watch).build().expect("a client"))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.item(id, q).await.expect("an item")
    }
}

/// The generated client with `replay_limit(64)`: after a refresh, at most 64 calls are sent again concurrently.
#[derive(Clone)]
pub struct Limited(Generated);

impl Contender for Limited {
    fn new(base: &str) -> Self {
        Self(Generated(Generated::builder(base).replay_limit(64).build().expect("a client")))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.call(id, q).await
    }
}

/// The generated client with `HyperTransport`.
#[derive(Clone)]
pub struct Lean(Generated);

impl Contender for Lean {
    fn new(base: &str) -> Self {
        let transport = HyperTransport::new().expect("a transport");
        Self(Generated(Generated::builder(base).transport(transport).build().expect("a client")))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.call(id, q).await
    }
}

/// The generated client with an in-memory server.
#[derive(Clone)]
pub struct OverMemory(Generated);

impl Contender for OverMemory {
    fn new(base: &str) -> Self {
        Self(Generated(Generated::builder(base).transport(InMemory).build().expect("a client")))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.call(id, q).await
    }
}

/// The generated client with an in-memory server and `replay_limit(64)`.
#[derive(Clone)]
pub struct LimitedOverMemory(Generated);

impl Contender for LimitedOverMemory {
    fn new(base: &str) -> Self {
        let builder = Generated::builder(base).replay_limit(64).transport(InMemory);
        Self(Generated(builder.build().expect("a client")))
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.call(id, q).await
    }
}
