//! What a live session adds to a call: the same call, with and without one.

use std::hint::black_box;
use std::time::Duration;

use afresh::{Result, Tokens, api};

use crate::caller::Work;
use crate::contender::{Shop, ShopClient, TOKEN};
use crate::item::Item;

/// [`Shop`] without roles: a client of it has no session.
#[api]
trait Plain {
    #[get("/items/{id}")]
    async fn item(&self, id: u64, #[query] q: &str) -> Result<Item>;
}

/// The ways: `none` sends no token; `header` sends the same bytes as `live`, the token being a default header of the
/// client.
pub const WAYS: [(&str, &str); 3] = [
    ("none", "no session, no token"),
    ("header", "no session, the token as a default header"),
    ("live", "a live session"),
];

/// Makes the calls of a way.
pub async fn run(way: &str, base: &str, work: Work) {
    let plain = PlainClient::builder(base);
    match way {
        "none" => {
            let client = plain.build().expect("a client");
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        "header" => {
            let client = plain.header("authorization", format!("Bearer {TOKEN}")).build().expect("a client");
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        "live" => {
            let tokens = Tokens::new(TOKEN).with_refresh("refresh").with_lifetime(Duration::from_secs(3600));
            let client = ShopClient::builder(base).tokens(tokens).build().expect("a client");
            work.of(async |id| drop(black_box(client.item(id, "green tea").await.expect("an item")))).await;
        }
        way => panic!("no such way: {way}"),
    }
}
