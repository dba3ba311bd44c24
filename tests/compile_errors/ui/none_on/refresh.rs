use afresh::{api, RefreshToken, Result, Tokens};

#[api]
pub trait Shop {
    #[refresh]
    #[none_on(404)] //~ ERROR
    #[post("/orders")]
    async fn order(&self, #[json("t")] token: RefreshToken) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient, token: RefreshToken) -> Result<Tokens> {
    shop.order(token).await
}

fn main() {}
