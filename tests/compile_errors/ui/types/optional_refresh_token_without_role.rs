use afresh::{api, RefreshToken, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;

    #[post("/revoke")]
    async fn revoke(&self, #[form("token")] token: Option<&RefreshToken>) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
