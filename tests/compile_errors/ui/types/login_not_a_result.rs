use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn order(&self) -> Tokens; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
