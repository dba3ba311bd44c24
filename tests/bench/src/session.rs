//! Makes the same call with and without a session, to show the cost of a session.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::time::Duration;

use afresh::{Result, Tokens, api};
use bytes::Bytes;
use tower::service_fn;

use crate::caller::Work;
use crate::contender::{Shop, ShopClient, TOKEN};
use crate::item::Item;

/// The [`Shop`] trait without its `#[refresh]` method, so that its client has no session.
#[api]
pub trait Plain {
    #[get("/items/{id}")]
    async fn item(&self, id: u64, #[query] q: &str) -> Result<Item>;
}

/// The compared clients. `none` sends no token. The `header` client sends the same bytes as the `live` client, but
/// sends the token as a default header.
pub const WAYS: [(&str, &str); 3] = [
    ("none", "no session, no token"),
    ("header", "no session, token sent as a default header"),
    ("live", "a live session"),
];

/// The clients whose transport responds immediately, so that the cost of their calls is the same in every run.
pub const AT_ONCE: [(&str, &str); 2] = [
    ("header-at-once", "no session, token sent as a default header, transport responds immediately"),
    ("live-at-once", "a live session, transport responds immediately"),
];

pub async fn run(way: &str, base: &str, work: Work) {
    match way {
        "none" => {
            let client = PlainClient::builder(base).build().expect("a client");
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        "header" => {
            let builder = PlainClient::builder(base).header("authorization", format!("Bearer {TOKEN}"));
            let client = builder.build().expect("a client");
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        "live" => {
            let client = ShopClient::builder(base).tokens(tokens()).build().expect("a client");
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        "header-at-once" => {
            let (client, _) = clients_at_once(base);
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        "live-at-once" => {
            let (_, client) = clients_at_once(base);
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        way => panic!("no such way: {way}"),
    }
}

/// Returns two clients whose transport responds immediately: one without a session and one with a session.
pub fn clients_at_once(base: &str) -> (PlainClient, ShopClient) {
    let plain = PlainClient::builder(base).header("authorization", format!("Bearer {TOKEN}"));
    let live = ShopClient::builder(base).tokens(tokens());
    let plain = plain.transport(service_fn(at_once)).build().expect("a client");
    (plain, live.transport(service_fn(at_once)).build().expect("a client"))
}

fn at_once(_: reqwest::Request) -> Ready<std::result::Result<reqwest::Response, Infallible>> {
    const ITEM: &[u8] =
        br#"{"id":1,"name":"","description":"","price":1.5,"stock":1,"tags":[],"seller":null}"#;
    ready(Ok(http::Response::new(Bytes::from_static(ITEM)).into()))
}

fn tokens() -> Tokens {
    Tokens::new(TOKEN).with_refresh("refresh").with_lifetime(Duration::from_secs(3600))
}
