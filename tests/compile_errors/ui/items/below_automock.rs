use afresh::{api, Result};

#[mockall::automock] //~ ERROR
#[api] //~ ERROR //~ ERROR
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient, mock: &MockShop) -> Result<()> {
    mock.health().await?;
    shop.health().await
}

fn main() {}
