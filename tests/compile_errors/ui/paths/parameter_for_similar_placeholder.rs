use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{order-id}")]
    async fn order(&self, #[path("order_id")] id: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
