use afresh::{api, RefreshToken, Result, Tokens};

#[api]
pub trait Shop {
    #[refresh]
    #[post("/refresh")]
    async fn order(&self, #[json("t")] token: &RefreshToken) -> Result<Tokens>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
