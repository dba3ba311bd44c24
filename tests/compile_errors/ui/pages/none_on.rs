use afresh::{api, Pages, Result};

#[api]
pub trait Shop {
    #[pages(link)]
    #[none_on(404)] //~ ERROR
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Pages<u8>>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<Pages<u8>> {
    shop.order(7).await
}

fn main() {}
