use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn clone_into(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::clone_into(shop).await
}

fn main() {}
