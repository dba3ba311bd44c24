use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    fn order(&self, id: u64) -> Result<u64> { //~ ERROR
        Ok(id)
    }
}

pub struct Fake;

impl Shop for Fake {}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Fake.order(7).await?;
    shop.order(7).await.map(drop)
}

fn main() {}
