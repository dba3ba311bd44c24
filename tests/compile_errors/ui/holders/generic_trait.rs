use afresh::{api, Result};

#[api(dyn)] //~ ERROR
pub trait Shop<T: serde::Serialize + Sync> {
    #[get("/orders/{id}")]
    async fn order(&self, id: &T) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(&7).await?;
    DynShop::new(shop.clone()).order(&7).await
}

fn main() {}
