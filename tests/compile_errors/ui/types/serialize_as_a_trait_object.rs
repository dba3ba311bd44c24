use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn create(&self, #[json] order: &dyn serde::Serialize) -> Result<()>; //~ ERROR

    #[get("/orders")]
    async fn orders(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.create(&7).await?;
    shop.orders().await
}

fn main() {}
