use afresh::{api, Result};
use serde::Serialize;

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn create(&self, #[json] order: &dyn Serialize) -> Result<()>; //~ ERROR

    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.create(&7).await?;
    shop.orders().await
}

fn main() {}
