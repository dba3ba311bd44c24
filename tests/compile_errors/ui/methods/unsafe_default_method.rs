use afresh::{api, Result};

#[api]
pub trait Shop {
    async unsafe fn order(&self, id: u64) -> Result<u64> { //~ ERROR
        Ok(id)
    }
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await.map(drop)
}

fn main() {}
