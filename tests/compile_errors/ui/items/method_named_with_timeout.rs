use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn with_timeout(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::with_timeout(shop).await
}

fn main() {}
