use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn clone(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::clone(shop).await
}

fn main() {}
