use afresh::{api, Lines, Result};

pub struct Secret;

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self) -> Result<Lines<Secret>>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<Lines<Secret>> {
    shop.order().await
}

fn main() {}
