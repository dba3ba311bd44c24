use afresh::{api, Result};

#[api]
pub trait Shop {
    #[request("GET", "/orders")]
    async fn order(&self, #[body] id: String) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(String::new()).await
}

fn main() {}
