use afresh::{api, Result};

#[derive(serde::Deserialize)]
pub struct User {
    pub name: String,
}

#[api]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn order(&self) -> Result<User>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
