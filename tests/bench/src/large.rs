//! Reads large responses and sends large request bodies, through afresh or with minimal handwritten code.

use std::hint::black_box;
use std::time::Duration;

use afresh::{RefreshToken, Result, Tokens, api};
use bytes::Bytes;
use reqwest::Client;

use crate::caller::Work;
use crate::contender::TOKEN;
use crate::item::Item;

#[api]
trait Large {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/many/{length}")]
    async fn many(&self, length: u64) -> Result<Vec<Item>>;

    #[post("/items")]
    async fn send(&self, #[body] body: Bytes) -> Result<Item>;
}

/// Makes the calls. If `what` is `afresh/20000` or `slice/20000`, the calls read responses of 20,000 bytes. If `what`
/// is `sent/20000`, the calls send a body of 20,000 bytes through afresh.
pub async fn run(what: &str, base: &str, work: Work) {
    let (way, length) = what.split_once('/').expect("a way and a length");
    let length: u64 = length.parse().expect("a length");
    let tokens = Tokens::new(TOKEN).with_refresh("refresh").with_lifetime(Duration::from_secs(3600));
    let client = LargeClient::builder(base).tokens(tokens).build().expect("a client");
    match way {
        "afresh" => work.of(async |_| drop(black_box(client.many(length).await.expect("items")))).await,
        "slice" => {
            let (http, url) = (Client::new(), format!("{base}/many/{length}"));
            work.of(async |_| {
                let answer = http.get(&url).bearer_auth(TOKEN).send().await.expect("an answer");
                let bytes = answer.bytes().await.expect("a body");
                drop(black_box(serde_json::from_slice::<Vec<Item>>(&bytes).expect("items")));
            })
            .await;
        }
        "sent" => {
            let body = Bytes::from(vec![b'k'; usize::try_from(length).expect("a length")]);
            work.of(async |_| drop(black_box(client.send(body.clone()).await.expect("an item")))).await;
        }
        way => panic!("no such way: {way}"),
    }
}
