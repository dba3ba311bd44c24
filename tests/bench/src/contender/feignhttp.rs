//! feignhttp, which also uses a trait. It has no sessions; the token is a constant.

use feignhttp::{Context, FeignClientBuilder as _, feign};

use super::{Contender, TOKEN};
use crate::item::Item;

const BASE: &str = "http://127.0.0.1:47361";

#[derive(Context)]
struct Credential {
    #[header("authorization")]
    authorization: String,
}

#[feign(url = BASE)]
pub trait Items {
    #[get("/items/{id}")]
    async fn item(&self, #[path] id: u64, #[query] q: &str) -> feignhttp::Result<Item>;
}

#[derive(Clone)]
pub struct Feignhttp(std::sync::Arc<Items>);

impl Contender for Feignhttp {
    fn new(base: &str) -> Self {
        assert_eq!(base, BASE, "its address is a constant");
        let credential = Credential { authorization: format!("Bearer {TOKEN}") };
        Self(Items::builder().context(credential).build().expect("a client").into())
    }

    async fn call(&mut self, id: u64, q: &str) -> Item {
        self.0.item(id, q).await.expect("an item")
    }
}
