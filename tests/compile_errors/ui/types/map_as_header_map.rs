use afresh::{api, Result};

use std::collections::HashMap;

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self, #[header] headers: &HashMap<String, String>) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
