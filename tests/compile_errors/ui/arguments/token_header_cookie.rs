use afresh::{api, Result};

#[api(token_header = "cookie")] //~ ERROR
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders().await
}

fn main() {}
