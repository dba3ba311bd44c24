use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    #[query("page" = "1")]
    async fn orders(&self, #[query] page: u8) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
