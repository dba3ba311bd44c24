use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    #[header("x-id" = "a\nb")] //~ ERROR
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
