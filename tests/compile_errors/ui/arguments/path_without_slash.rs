use afresh::{api, Result};

#[api(path = "api")] //~ ERROR
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
