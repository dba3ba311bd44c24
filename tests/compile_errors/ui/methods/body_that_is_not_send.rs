use std::rc::Rc;

use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<u64> { //~ ERROR
        let id = Rc::new(id);
        self.other().await?;
        Ok(*id)
    }

    #[get("/other")]
    async fn other(&self) -> Result<()>;
}

pub async fn still_compiles(shop: &ShopClient) -> Result<()> {
    shop.order(7).await.map(drop)
}

fn main() {}
