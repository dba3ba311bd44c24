use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    #[header("accept" = "text/plain")]
    #[header("Accept" = "application/json")] //~ ERROR
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
