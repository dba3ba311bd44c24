use afresh::{api, Result, Tokens};

#[api]
pub trait Shop {
    #[login]
    #[none_on(404)] //~ ERROR
    #[post("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Tokens>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<Tokens> {
    shop.order(7).await
}

fn main() {}
