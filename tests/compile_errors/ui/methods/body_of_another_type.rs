use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<String> {
        if id == 1 {
            return self.order(2).await;
        }
        Ok(id) //~ ERROR
    }
}

pub struct Fake;

impl Shop for Fake {}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Fake.order(7).await?;
    shop.order(7).await.map(drop)
}

fn main() {}
