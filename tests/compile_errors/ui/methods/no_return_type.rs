use afresh::{api, Result};

#[api]
pub trait Shop {
    #[delete("/orders/{id}")]
    async fn cancel(&self, id: u64); //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.cancel(7).await;
    Ok(())
}

fn main() {}
