use afresh::{api, Result};

pub struct Secret;

#[api]
pub trait Shop {
    #[post("/orders/{rest*}")]
    async fn order(&self, rest: &str, #[part] secret: Secret) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient, secret: Secret) -> Result<()> {
    shop.order("a", secret).await
}

fn main() {}
