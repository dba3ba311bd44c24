use afresh::{api, Result};

#[api]
pub trait Shop {
    #[logout]
    #[no_replay] //~ ERROR
    #[post("/a")]
    async fn enter(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.enter().await
}

fn main() {}
