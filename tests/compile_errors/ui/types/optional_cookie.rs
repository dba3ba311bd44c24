use afresh::{api, Result};

pub struct Secret;

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self, #[cookie] secret: Option<Secret>) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
