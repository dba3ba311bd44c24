use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self, #[cookie] id: u64, #[cookie("id")] other: u64) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7, 8).await
}

fn main() {}
