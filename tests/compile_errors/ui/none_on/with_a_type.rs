use afresh::{api, Result};

#[api]
pub trait Shop {
    #[none_on(404u16)] //~ ERROR
    #[get("/orders")]
    async fn order(&self) -> Result<Option<()>>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<Option<()>> {
    shop.order().await
}

fn main() {}
