use afresh::{api, Result};

#[api]
pub unsafe trait Shop { //~ ERROR
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
