use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self, #[bearer] id: String) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(String::new()).await
}

fn main() {}
