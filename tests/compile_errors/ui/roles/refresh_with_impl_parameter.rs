use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("token")] token: impl serde::Serialize + Send) -> Result<Tokens>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.refresh(7).await.map(drop)
}

fn main() {}
