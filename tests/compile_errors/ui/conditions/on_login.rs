use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[forbidden_when(json("/code") == 17)] //~ ERROR
    #[post("/login")]
    async fn login(&self) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<Tokens> {
    shop.login().await
}

fn main() {}
