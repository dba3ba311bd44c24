use afresh::{api, RefreshToken, Result};

#[api]
pub trait Shop {
    #[logout]
    #[post("/logout")]
    async fn logout(&self, #[bearer] token: RefreshToken) -> Result<()>; //~ ERROR
}

pub async fn still_compiles(shop: &ShopClient, token: RefreshToken) -> Result<()> {
    shop.logout(token).await
}

fn main() {}
