//! The API that the tracing tests call, and functions that connect its clients to a [`World`].

use afresh::{RefreshToken, Result, Tokens, api};
use afresh_tests::World;
use serde_json::{Value, json};

pub const ORIGIN: &str = "https://shop.test";

#[api]
pub trait Shop {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json("password")] password: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Value>;

    #[none_on(404)]
    #[get("/orders/{id}/lines/{rest*}")]
    async fn line(&self, id: u64, rest: &[&str]) -> Result<Option<Value>>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> Result<u64>;

    #[timeout("5s")]
    #[get("/slow")]
    async fn slow(&self) -> Result<Value>;
}

/// Returns a client that starts with valid tokens and does not send a login request.
pub fn logged_in_client(world: &World) -> ShopClient {
    let issued = world.authority.issue();
    let tokens = Tokens::new(issued.access).with_refresh(issued.refresh);
    ShopClient::builder(ORIGIN).transport(world.service()).tokens(tokens).build().unwrap()
}

pub fn order() -> (u16, Value) {
    (200, json!({ "id": 7 }))
}
