use std::borrow::Cow;

use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<Cow<'a, str>>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) {
    drop(shop.orders().await);
}

fn main() {}
