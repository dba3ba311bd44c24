use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/{rest**}")] //~ ERROR
    async fn order(&self, rest: &str) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order("a").await
}

fn main() {}
