use afresh::{api, Result};

#[derive(serde::Serialize)]
pub struct Order;

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[body] order: &Order) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
