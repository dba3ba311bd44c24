use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn to_owned(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::to_owned(shop).await
}

fn main() {}
