//! The APIs that all groups of scenarios call, and clients of them in a [`World`].

use crate::lane::Reaching;
use std::time::Duration;

use afresh::{ClientBuilder, RefreshToken, Reply, Result, SessionEvent, SessionEvents, Tokens, api};
use afresh_tests::{TokenPair, World};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where the world is.
pub const ORIGIN: &str = "https://shop.test";

/// What a login takes.
#[derive(Clone, Debug, Serialize)]
pub struct Credentials {
    pub user: &'static str,
}

/// The one user of tests in which it does not matter who it is.
pub const ANN: Credentials = Credentials { user: "ann" };

/// What the shop sells, in one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
}

/// An API with OAuth's habits: bearer tokens, and a refresh token in JSON.
#[api]
pub trait Shop {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    /// With status, headers and receipt.
    #[get("/orders")]
    async fn orders(&self) -> Result<Reply<Value>>;

    #[post("/orders")]
    async fn place(
        &self,
        #[json] order: &Order,
        #[query] tag: &[&str],
        #[header("idempotency-key")] key: &str,
    ) -> Result<Order>;

    #[put("/orders/{id}/photo")]
    async fn photo(&self, id: u64, #[header("content-type")] kind: &str, #[body] image: Bytes) -> Result<()>;

    /// Refreshed for, but never sent again.
    #[no_replay]
    #[post("/orders/{id}/payment")]
    async fn pay(&self, id: u64) -> Result<()>;

    /// For some users only.
    #[get("/reports/{id}")]
    async fn report(&self, id: u64) -> Result<Value>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> Result<String>;
}

/// The API that afresh was made for: bare tokens, and a refresh token in a cookie.
#[api(scheme = none)]
pub trait CookieShop {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

/// A client of this world that is yet to be built.
pub fn builder(world: &World) -> ClientBuilder<ShopClient> {
    ShopClient::builder(ORIGIN).reaching(world.clone())
}

/// Nobody is logged in.
pub fn stranger(world: &World) -> ShopClient {
    builder(world).build().unwrap()
}

/// Logged in, with the authority's first tokens, and without a request.
pub fn customer(world: &World) -> ShopClient {
    builder(world).tokens(tokens(&world.authority.issue())).build().unwrap()
}

/// Logged in at a world of [`AuthorityConfig::cookie`](afresh_tests::AuthorityConfig::cookie).
pub async fn cookie_customer(world: &World) -> CookieShopClient {
    let shop = CookieShopClient::builder(ORIGIN).reaching(world.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    shop
}

/// As a client takes them.
pub fn tokens(issued: &TokenPair) -> Tokens {
    Tokens::new(&*issued.access).with_refresh(&*issued.refresh)
}

/// The answer to `order(id)`.
pub fn order(id: u64) -> (u16, Value) {
    (200, json!({ "id": id }))
}

/// Waits until nothing can happen any more without the test: only then does a paused clock go on.
pub async fn settled() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// What happened since the last question.
pub fn happened(events: &mut SessionEvents) -> Vec<&'static str> {
    let names = std::iter::from_fn(|| events.try_next()).map(|event| match event {
        SessionEvent::LoggedIn => "logged in",
        SessionEvent::Refreshed => "refreshed",
        SessionEvent::RefreshFailed(_) => "refresh failed",
        SessionEvent::Expired => "expired",
        SessionEvent::LoggedOut => "logged out",
        _ => "something else",
    });
    names.collect()
}
