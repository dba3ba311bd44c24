use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    #[form("page" = "1")]
    async fn orders(&self, #[form("page")] page: u8) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
