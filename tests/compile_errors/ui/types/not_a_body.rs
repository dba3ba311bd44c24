use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[body] order: u64) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
