use afresh::{api, Result};

#[api]
pub trait Shop {
    #[head("/orders")]
    async fn orders(&self) -> Result<Vec<u64>>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
