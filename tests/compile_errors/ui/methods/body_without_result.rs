use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()> { //~ ERROR
        let _ = id + 1;
    }
}

pub struct Fake;

impl Shop for Fake {}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Fake.order(7).await?;
    shop.order(7).await.map(drop)
}

fn main() {}
