use afresh::{api, Result, Tokens};

#[api(token_header = "x-auth")]
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self, #[header("X-Auth")] token: &str) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
