use afresh::{api, Result};

#[api]
pub trait Shop {
    const fn limit() -> u32; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
