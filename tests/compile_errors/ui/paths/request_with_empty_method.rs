use afresh::{api, Result};

#[api]
pub trait Shop {
    #[request("", "/orders")] //~ ERROR
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
