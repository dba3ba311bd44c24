use afresh::{api, Result};

#[api(path = "/v1"; dyn)] //~ ERROR
pub trait Shop {
    #[get("/orders")]
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &DynShop) -> Result<()> {
    shop.order().await
}

fn main() {}
