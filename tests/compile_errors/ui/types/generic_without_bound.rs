use afresh::{api, Result};

#[api]
pub trait Shop {
    #[put("/orders")]
    async fn order(&self, #[json] order: impl Sized) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
