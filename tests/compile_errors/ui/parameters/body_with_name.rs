use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn order(&self, #[body("id")] id: String) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(String::new()).await
}

fn main() {}
