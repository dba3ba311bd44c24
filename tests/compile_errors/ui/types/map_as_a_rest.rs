use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/files/{path*}")]
    async fn file(&self, path: &std::collections::HashMap<String, String>) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
