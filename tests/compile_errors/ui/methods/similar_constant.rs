use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    #[headers("accept" = "text/plain")] //~ ERROR
    async fn orders(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders().await
}

fn main() {}
