use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64, page: u32) -> Result<u64> { //~ ERROR
        Ok(id + u64::from(page))
    }
}

pub struct Fake;

impl Shop for Fake {}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Fake.order(7, 1).await?;
    shop.order(7, 1).await.map(drop)
}

fn main() {}
