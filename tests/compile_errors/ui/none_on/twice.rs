use afresh::{api, Result};

#[api]
pub trait Shop {
    #[none_on(404)]
    #[none_on(410)] //~ ERROR
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
