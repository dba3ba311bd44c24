use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn into(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::into(shop).await
}

fn main() {}
