use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn orders(&self, #[json] order: &dyn std::fmt::Debug) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
