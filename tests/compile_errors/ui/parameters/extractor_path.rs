use afresh::{api, Result};

#[api]
pub trait Shop {
    #[post("/orders")]
    async fn orders(&self, Path(id): Path<u64>) -> Result<()>; //~ ERROR

    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.health().await
}

pub struct Json<T>(T);
pub struct Path<T>(T);
pub struct Query<T>(T);

fn main() {}
