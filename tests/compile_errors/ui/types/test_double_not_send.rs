use std::rc::Rc;

use afresh::{api, Result};

#[api]
pub trait Shop {
    #[get("/health")]
    async fn health(&self) -> Result<()>;
}

pub struct Fake;

impl Shop for Fake {
    async fn health(&self) -> Result<()> { //~ ERROR
        let rc = Rc::new(());
        std::future::ready(()).await;
        drop(rc);
        Ok(())
    }
}

pub async fn still_compiles(shop: &Fake) -> Result<()> {
    shop.health().await
}

fn main() {}
