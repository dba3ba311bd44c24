use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    #[multipart] //~ ERROR
    async fn orders(&self) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
