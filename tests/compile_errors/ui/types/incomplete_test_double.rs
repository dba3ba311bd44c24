use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()>;

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub struct Fake;

impl Shop for Fake { //~ ERROR
    async fn order(&self, _id: u64) -> Result<()> {
        Ok(())
    }
}

pub async fn still_compiles(shop: &Fake) -> Result<()> {
    shop.health().await
}

fn main() {}
