use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, #[path("id")] number: u64, id: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7, 7).await
}

fn main() {}
