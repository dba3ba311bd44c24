use afresh::{api, Result};

#[api(dyn)]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<()>;

    fn name() -> String { //~ ERROR
        String::new()
    }
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await?;
    DynShop::new(shop.clone()).order(7).await
}

fn main() {}
