use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[json("a")] id: u64, #[part] other: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7, 8).await
}

fn main() {}
