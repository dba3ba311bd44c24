use afresh::{api, Result};

#[api]
pub trait Shop {
    type Error; //~ ERROR

    #[get("/orders")]
    async fn order(&self) -> std::result::Result<(), Self::Error>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
