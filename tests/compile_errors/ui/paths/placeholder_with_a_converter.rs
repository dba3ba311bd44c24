use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id:int}")] //~ ERROR
    async fn order(&self, id: u64) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
