use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async extern "C" fn order(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
