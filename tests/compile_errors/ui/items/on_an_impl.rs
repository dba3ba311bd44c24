use afresh::{api, Result};

pub struct Shop;

#[api]
impl Shop { //~ ERROR
    #[get("/health")]
    pub async fn health(&self) -> Result<()> {
        Ok(())
    }
}

pub async fn still_compiles(shop: &Shop) -> Result<()> {
    shop.health().await
}

fn main() {}
