use afresh::{api, Result};

#[api]
pub trait Shop {
    const PAGE: u32; //~ ERROR

    #[get("/orders")]
    async fn orders(&self, #[query] page: u32) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders(ShopClient::PAGE).await
}

fn main() {}
