use afresh::{api, RefreshToken, Result, Tokens};

#[api]
pub trait Shop<T: serde::Serialize + Sync> {
    #[refresh] //~ ERROR
    #[post("/refresh")]
    async fn refresh(&self, #[json("token")] token: RefreshToken) -> Result<Tokens>;

    #[put("/items")]
    async fn put(&self, #[json] item: &T) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.put(&7).await
}

fn main() {}
