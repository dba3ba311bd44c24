use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login("/login")] //~ ERROR
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.login().await.map(drop)
}

fn main() {}
