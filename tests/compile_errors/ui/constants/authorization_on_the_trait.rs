use afresh::{api, Result, Tokens};

#[api]
#[header("authorization" = "Basic YTpi")] //~ ERROR
pub trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
