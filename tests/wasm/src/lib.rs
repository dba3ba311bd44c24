//! A test crate that is compiled to WebAssembly and calls every kind of method from a web page. The futures of all
//! calls must be `Send`, as on other targets. `.ci/wasm-check` builds the crate.

#[cfg(feature = "absent")]
mod absent;

use std::future::{Future, IntoFuture};
use std::time::Duration;

use afresh::store::MemoryStore;
use afresh::transport::RequestCredentials;
use afresh::{
    Body, ByteStream, Client, CookieSession, Events, Items, Lines, Part, Reply, Result, Retry, Session,
    Tokens, api,
};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

/// A shop order.
#[derive(Debug, Deserialize, Serialize)]
pub struct Order {
    id: u64,
}

/// The shop's API, declared by the same trait that a program outside a browser uses.
#[api(dyn)]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self, #[json("user")] user: &str, #[json("password")] password: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self) -> Result<Tokens>;

    #[logout]
    #[post("/logout")]
    async fn logout(&self) -> Result<()>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Reply<Order>>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Lines<Order>>;

    #[pages(link)]
    #[get("/orders")]
    async fn all_orders(&self) -> Result<Items<Order>>;

    #[get("/events")]
    async fn events(&self) -> Result<Events<Order>>;

    #[get("/photos/{id}")]
    async fn photo(&self, id: u64) -> Result<ByteStream>;

    #[post("/photos")]
    async fn add_photo(&self, #[part] title: &str, #[part] photo: Part) -> Result<()>;

    #[post("/files")]
    async fn add_file(&self, #[body] file: Body) -> Result<()>;
}

/// An API whose session is a browser cookie.
#[api]
pub trait Forum {
    #[login]
    #[post("/login")]
    async fn log_in(&self, #[form("name")] name: &str) -> Result<CookieSession>;

    #[refresh]
    #[post("/session/extend")]
    async fn extend(&self) -> Result<CookieSession>;

    #[get("/posts/{id}")]
    async fn post(&self, id: u64) -> Result<String>;
}

fn is_send<F: Future + Send + 'static>(future: F) -> F {
    future
}

/// Calls every kind of method, and returns the error message if a call fails.
#[wasm_bindgen]
pub async fn use_shop(base: String) -> Option<String> {
    is_send(run(base)).await.err().map(|error| error.to_string())
}

async fn run(base: String) -> Result<()> {
    let shop = ShopClient::builder(&base)
        .credentials(RequestCredentials::Include)
        .store(MemoryStore::new())
        .timeout(Duration::from_secs(10))
        .retry(Retry::default())
        .build()?;
    is_send(shop.login("me", "secret").into_future()).await?;
    let order = shop.order(7).await?;
    let _fresh = shop.session().keep_fresh()?;
    let mut photo = shop.photo(order.body.id).await?;
    while let Some(chunk) = photo.next().await {
        chunk?;
    }
    while let Some(order) = shop.orders().await?.next().await {
        order?;
    }
    while let Some(event) = shop.events().await?.next().await {
        event?;
    }
    shop.all_orders().await?.collect::<Vec<_>>().await;
    shop.add_photo("me", Part::bytes(vec![1, 2]).file_name("me.png")).await?;
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("chunk")]);
    shop.add_file(Body::stream(chunks)).await?;
    shop.logout().await?;
    let forum = ForumClient::new(Client::builder(&base).session(Session::new()).build()?);
    forum.log_in("me").await?;
    forum.post(1).await?;
    Ok(())
}
