use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/{rest*}/{more*}")] //~ ERROR
    async fn order(&self, rest: &str, more: &str) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order("a", "b").await
}

fn main() {}
