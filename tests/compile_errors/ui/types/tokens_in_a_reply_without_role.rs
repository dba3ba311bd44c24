use afresh::{api, Reply, Result, Tokens};

#[api]
pub trait Shop {
    #[post("/login")]
    async fn login(&self, #[json] password: &str) -> Result<Reply<Tokens>>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
