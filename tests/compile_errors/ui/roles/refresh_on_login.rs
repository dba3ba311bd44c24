use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[refresh_on(403)] //~ ERROR
    #[post("/a")]
    async fn enter(&self) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.enter().await.map(drop)
}

fn main() {}
