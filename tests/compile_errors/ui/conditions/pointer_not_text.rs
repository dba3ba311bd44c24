use afresh::{api, Result};

#[api(expired_when(json(error) == "token_expired"))] //~ ERROR
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
