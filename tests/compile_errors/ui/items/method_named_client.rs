use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/client")]
    async fn client(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::client(shop).await
}

fn main() {}
