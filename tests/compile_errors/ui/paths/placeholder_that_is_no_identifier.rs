use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{order-id}")] //~ ERROR
    async fn order(&self) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
