use afresh::{api, Result};

#[api]
pub trait Shop {
    #[refresh_on("401")] //~ ERROR
    #[get("/orders")]
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
