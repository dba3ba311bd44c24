use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[json("id")] id: u64, #[form("page")] page: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7, 1).await
}

fn main() {}
