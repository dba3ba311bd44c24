use afresh::{api, Result};

#[api]
pub trait Shop {
    type Order; //~ ERROR

    #[get("/orders")]
    async fn orders(&self) -> Result<Vec<Self::Order>>
    where
        Self::Order: serde::de::DeserializeOwned;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.orders().await.map(drop)
}

fn main() {}
