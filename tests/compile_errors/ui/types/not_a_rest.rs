use afresh::{api, Result};

pub struct Secret;

#[api]
pub trait Shop {
    #[post("/orders/{rest*}")]
    async fn order(&self, rest: Secret) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient, secret: Secret) -> Result<()> {
    shop.order(secret).await
}

fn main() {}
