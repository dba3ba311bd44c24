use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/%2e%2E/users")] //~ ERROR
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
