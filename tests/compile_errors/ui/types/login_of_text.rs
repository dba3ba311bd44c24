use afresh::{api, Result};

#[api]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<String>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
