use afresh::{api, Result};

#[api(refresh_on(100, 401))] //~ ERROR
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
