use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn with_session(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::with_session(shop).await
}

fn main() {}
