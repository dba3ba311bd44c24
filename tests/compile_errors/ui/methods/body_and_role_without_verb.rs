use afresh::{api, Result};

#[api]
pub trait Shop {
    #[logout]
    async fn log_out(&self) -> Result<()> { //~ ERROR
        Ok(())
    }
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.log_out().await
}

fn main() {}
