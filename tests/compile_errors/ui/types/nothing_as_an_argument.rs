use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self, #[query] nothing: ()) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders(()).await
}

fn main() {}
