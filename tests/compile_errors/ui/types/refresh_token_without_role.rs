use afresh::{api, RefreshToken, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;

    #[post("/refresh")]
    async fn refresh(&self, #[json("token")] token: RefreshToken) -> Result<Tokens>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
