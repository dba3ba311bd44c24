use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn orders() -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders().await
}

fn main() {}
