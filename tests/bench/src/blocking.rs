//! Makes calls without async code, through afresh's `wait()` or through reqwest's blocking client.

use std::hint::black_box;

use crate::caller::Work;
use crate::contender::{Shop as _, ShopClient, TOKEN};
use crate::item::Item;

/// The two ways to make a blocking call, each with a description.
pub const WAYS: [(&str, &str); 2] =
    [("afresh", "**afresh**, `wait()`"), ("reqwest", "`reqwest::blocking` by hand")];

/// Makes blocking calls on a thread without a Tokio runtime. `way` is the name of one of the `WAYS`.
pub fn run(way: &str, base: &str, work: Work) {
    match way {
        "afresh" => {
            let shop = ShopClient::builder(base).tokens(afresh::Tokens::new(TOKEN)).build();
            let shop = shop.expect("a client");
            work.of_blocking(|id| drop(black_box(shop.item(id, "green tea").wait().expect("an item"))));
        }
        "reqwest" => {
            let http = reqwest::blocking::Client::new();
            work.of_blocking(|id| {
                let request = http.get(format!("{base}/items/{id}")).query(&[("q", "green tea")]);
                let answer = request.bearer_auth(TOKEN).send().and_then(|answer| answer.error_for_status());
                let item: Item = answer.and_then(|answer| answer.json()).expect("an item");
                drop(black_box(item));
            });
        }
        way => panic!("no such way: {way}"),
    }
}
