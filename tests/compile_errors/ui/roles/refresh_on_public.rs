use afresh::{api, Result};

#[api]
pub trait Shop {
    #[public]
    #[refresh_on(403)] //~ ERROR
    #[post("/a")]
    async fn enter(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.enter().await
}

fn main() {}
