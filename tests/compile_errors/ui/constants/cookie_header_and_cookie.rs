use afresh::{api, Result};

#[api]
pub trait Shop {
    #[header("cookie" = "a=b")] //~ ERROR
    #[get("/orders")]
    async fn order(&self, #[cookie] id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
