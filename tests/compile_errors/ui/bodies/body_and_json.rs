use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[body] photo: String, #[json("page")] page: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(String::new(), 1).await
}

fn main() {}
