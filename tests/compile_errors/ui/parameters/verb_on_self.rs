use afresh::{api, Result};

#[api]
pub trait Shop {
    async fn order(#[get("/orders")] &self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
