use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[refresh]
    #[post("/refresh")]
    async fn refresh<T: serde::Serialize + Send>(&self, #[json("token")] token: T) -> Result<Tokens>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.refresh(7).await.map(drop)
}

fn main() {}
