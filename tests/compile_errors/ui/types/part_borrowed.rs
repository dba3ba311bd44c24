use afresh::{api, Part, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[part] file: &Part) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
