use afresh::{api, Result};

#[api]
pub trait Shop {
    #[refresh_on()] //~ ERROR
    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders().await
}

fn main() {}
