use afresh::{api, Pages, Result};

#[api]
pub trait Shop {
    #[pages(cursor = "/next" into = "after")] //~ ERROR
    #[get("/orders")]
    async fn order(&self) -> Result<Pages<()>>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
