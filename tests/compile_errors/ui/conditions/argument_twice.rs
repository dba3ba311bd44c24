use afresh::{api, Result};

#[api(
    expired_when(json("/code") == 17),
    expired_when(json("/code") == 18), //~ ERROR
)]
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
