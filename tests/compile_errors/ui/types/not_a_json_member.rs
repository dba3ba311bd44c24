use afresh::{api, Result};

pub struct Opaque;

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[json("order")] order: Opaque) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
