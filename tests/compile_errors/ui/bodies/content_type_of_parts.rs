use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    #[header("content-type" = "multipart/form-data")] //~ ERROR
    async fn order(&self, #[part] id: u64) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await
}

fn main() {}
