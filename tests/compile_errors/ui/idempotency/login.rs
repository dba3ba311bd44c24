use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[idempotent] //~ ERROR
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
