use afresh::{api, Result};

#[api]
pub trait Shop {
    async fn order(&self, #[query] id: u64) -> Result<u64> { //~ ERROR
        Ok(id)
    }
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await.map(drop)
}

fn main() {}
