use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/:id")] //~ ERROR
    async fn order(&self, id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
