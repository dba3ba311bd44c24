use afresh::{api, Result};

#[api]
pub trait Shop {
    #[logout]
    #[post("/a")]
    async fn first(&self) -> Result<()>;

    #[logout] //~ ERROR
    #[post("/b")]
    async fn second(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.first().await?;
    shop.second().await.map(drop)
}

fn main() {}
