use afresh::{api, Result};

#[api]
pub trait Shop {
    #[timeout("30s 1m")] //~ ERROR
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
