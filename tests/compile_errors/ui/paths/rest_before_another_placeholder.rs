use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/{rest*}/{id}")] //~ ERROR
    async fn order(&self, rest: &str, id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order("a", 7).await
}

fn main() {}
