use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn orders(&self) -> Result<impl Sized>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders().await;
    Ok(())
}

fn main() {}
