use afresh::{api, Result};

#[api(path = "/{tenant}/v2")] //~ ERROR
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<()>;

    #[get("/order")]
    async fn order(&self, #[query] id: u64) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
