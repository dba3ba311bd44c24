use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[post("/a")]
    async fn first(&self) -> Result<Tokens>;

    #[login] //~ ERROR
    #[post("/b")]
    async fn second(&self) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.first().await?;
    shop.second().await.map(drop)
}

fn main() {}
