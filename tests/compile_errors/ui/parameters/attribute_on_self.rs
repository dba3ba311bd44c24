use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(#[query] &self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
