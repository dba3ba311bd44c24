use afresh::{api, Result};

#[api(client = Shop)] //~ ERROR
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &impl Shop) -> Result<()> {
    shop.health().await
}

fn main() {}
