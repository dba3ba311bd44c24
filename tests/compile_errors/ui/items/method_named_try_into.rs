use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn try_into(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::try_into(shop).await
}

fn main() {}
