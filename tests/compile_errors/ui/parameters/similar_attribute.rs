use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self, #[quary] id: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
