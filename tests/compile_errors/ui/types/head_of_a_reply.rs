use afresh::{api, Reply, Result};

#[api]
pub trait Shop {
    #[head("/orders")]
    async fn orders(&self) -> Result<Reply<String>>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

fn main() {}
