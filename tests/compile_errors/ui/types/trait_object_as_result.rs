use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<Box<dyn std::fmt::Debug>>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
