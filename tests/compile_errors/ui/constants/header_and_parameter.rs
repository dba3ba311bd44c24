use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    #[header("accept" = "text/plain")]
    async fn orders(&self, #[header("accept")] kind: &str) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders("text/html").await
}

fn main() {}
