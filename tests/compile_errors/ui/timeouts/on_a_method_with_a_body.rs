use afresh::{api, Result};

#[api]
pub trait Shop {
    #[timeout("5s")]
    async fn order(&self, id: u64) -> Result<()> { //~ ERROR
        let _ = id;
        Ok(())
    }
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
