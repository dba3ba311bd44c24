use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: Vec<u64>) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
