use afresh::{api, Pages, Result};

#[api]
pub trait Shop {
    #[pages(link)]
    #[get("/orders")]
    async fn order(&self) -> Pages<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
