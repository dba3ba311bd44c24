use afresh::{api, Result};

#[api]
pub trait Shop {
    fn new(url: &str) -> Self; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
