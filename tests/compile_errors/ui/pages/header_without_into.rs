use afresh::{api, Pages, Result};

#[api]
pub trait Shop {
    #[pages(header = "x-next")] //~ ERROR
    #[get("/orders")]
    async fn orders(&self) -> Result<Pages<Vec<u8>>>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
