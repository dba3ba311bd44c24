use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self) -> u16; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
