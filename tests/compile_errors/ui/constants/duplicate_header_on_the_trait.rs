use afresh::{api, Result};

#[api]
#[header("accept" = "text/plain")]
#[header("Accept" = "application/json")] //~ ERROR
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
