use afresh::{api, Result};

#[api(refresh_on = [401, 403])] //~ ERROR
pub trait Shop {
    #[get("/orders")]
    async fn order(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order().await
}

fn main() {}
