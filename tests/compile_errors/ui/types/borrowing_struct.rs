use afresh::{api, Result};

#[derive(serde::Deserialize)]
pub struct View<'a> {
    pub name: &'a str,
}

#[api]
pub trait Shop {
    #[get("/orders")]
    async fn order(&self) -> Result<View<'_>>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
