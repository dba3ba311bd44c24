use afresh::{api, Result};

#[api(dyn)]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order<T: Send>(&self, id: u64) -> Result<u64> { //~ ERROR
        Ok(id)
    }
}

pub async fn still_compiles(shop: &ShopClient) -> Result<u64> {
    shop.order::<u8>(7).await
}

fn main() {}
