use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/session")]
    async fn session(&self) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    Shop::session(shop).await
}

fn main() {}
