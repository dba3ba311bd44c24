use afresh::{api, Result, Tokens};

#[api(session_ends_on(401))] //~ ERROR
pub trait Shop {
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
