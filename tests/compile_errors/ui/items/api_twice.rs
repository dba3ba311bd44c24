use afresh::{api, Result};

#[api(path = "/v1")]
#[api(dyn)] //~ ERROR
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &DynShop) -> Result<()> {
    shop.order(7).await
}

fn main() {}
