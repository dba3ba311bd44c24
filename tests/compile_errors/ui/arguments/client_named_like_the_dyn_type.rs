use afresh::{api, Result};

#[api(dyn, client = DynShop)] //~ ERROR
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient, any: &DynShop) -> Result<()> {
    any.orders().await?;
    shop.orders().await
}

fn main() {}
