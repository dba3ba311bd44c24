use std::marker::PhantomData;

use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self, #[header("x-kind")] kind: Option<PhantomData<u8>>) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders(None).await
}

fn main() {}
