use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[pages(link)] //~ ERROR
    #[post("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<Tokens> {
    shop.order(7).await
}

fn main() {}
