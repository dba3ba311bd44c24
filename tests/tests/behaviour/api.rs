//! The APIs that most tests in this binary call, and functions that create clients connected to a [`World`].

use crate::transports::ConnectTo;

use afresh::session::SessionEvents;
use afresh::{ClientBuilder, RefreshToken, Reply, Result, SessionEvent, Tokens, api};
use afresh_tests::{TokenPair, World};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub const ORIGIN: &str = "https://shop.test";

#[derive(Clone, Debug, Serialize)]
pub struct Credentials {
    pub user: &'static str,
}

/// The user in tests whose outcome does not depend on the user.
pub const ANN: Credentials = Credentials { user: "ann" };

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
}

/// An OAuth API that uses bearer tokens and sends the refresh token as JSON.
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

    /// If the server refuses the token of a payment request, the session is refreshed, but the payment is not sent
    /// again.
    #[no_replay]
    #[post("/orders/{id}/payment")]
    async fn pay(&self, id: u64) -> Result<()>;

    /// The server allows only some users to make this call.
    #[get("/reports/{id}")]
    async fn report(&self, id: u64) -> Result<Value>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> Result<String>;
}

/// An API that sends access tokens without a scheme and keeps the refresh token in a cookie.
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

pub fn builder(world: &World) -> ClientBuilder<ShopClient> {
    ShopClient::builder(ORIGIN).connect_to(world.clone())
}

pub fn logged_out_client(world: &World) -> ShopClient {
    builder(world).build().unwrap()
}

/// Returns a client that starts with valid tokens, so the client does not send a login request.
pub fn logged_in_client(world: &World) -> ShopClient {
    builder(world).tokens(tokens(&world.authority.issue())).build().unwrap()
}

/// Returns a client that has logged in to `world`, which must use
/// [`AuthorityConfig::cookie`](afresh_tests::AuthorityConfig::cookie).
pub async fn logged_in_cookie_client(world: &World) -> CookieShopClient {
    let shop = CookieShopClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    shop.login(&ANN).await.unwrap();
    shop
}

pub fn tokens(issued: &TokenPair) -> Tokens {
    Tokens::new(&*issued.access).with_refresh(&*issued.refresh)
}

pub fn order(id: u64) -> (u16, Value) {
    (200, json!({ "id": id }))
}

/// Takes all pending events and returns their names.
pub fn event_names(events: &mut SessionEvents) -> Vec<&'static str> {
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
