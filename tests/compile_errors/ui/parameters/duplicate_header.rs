use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self, #[header("x-id")] id: u64, #[header("X-Id")] other: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7, 8).await
}

fn main() {}
