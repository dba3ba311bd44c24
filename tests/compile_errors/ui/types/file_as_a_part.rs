use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/files")]
    async fn upload(&self, #[part] file: std::fs::File) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
