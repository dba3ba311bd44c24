//! Tests how a trait can be faked: by hand with plain `async fn` methods, or with `mockall`.

use std::sync::Mutex;

use afresh::{Result, api};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: u64,
}

#[api]
#[cfg_attr(test, mockall::automock)]
pub trait Shop {
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;

    #[none_on(404)]
    #[timeout("5s")]
    #[get("/orders")]
    async fn find(
        &self,
        #[query] name: &str,
        #[cookie("lang")] language: Option<String>,
    ) -> Result<Option<Order>>;

    async fn first(&self, name: &str) -> Result<u64> {
        Ok(self.find(name, None).await?.map_or(0, |order| order.id))
    }
}

async fn double_of(shop: &impl Shop, id: u64) -> Result<u64> {
    Ok(shop.order(id).await?.id * 2)
}

#[derive(Default)]
struct Fake {
    asked: Mutex<Vec<u64>>,
}

impl Shop for Fake {
    async fn order(&self, id: u64) -> Result<Order> {
        self.asked.lock().unwrap().push(id);
        tokio::task::yield_now().await;
        Ok(Order { id })
    }

    async fn find(&self, name: &str, _: Option<String>) -> Result<Option<Order>> {
        Ok(Some(Order { id: name.len() as u64 }))
    }
}

#[tokio::test(start_paused = true)]
async fn a_hand_written_double_uses_plain_async_fn() {
    let fake = Fake::default();
    assert_eq!(double_of(&fake, 21).await.unwrap(), 42);
    assert_eq!(*fake.asked.lock().unwrap(), [21]);
    assert_eq!(fake.first("four").await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn automock_below_the_attribute_generates_a_double() {
    let mut shop = MockShop::new();
    shop.expect_order()
        .withf(|id| *id == 21)
        .times(1)
        .returning(|id| Box::pin(async move { Ok(Order { id }) }));
    shop.expect_find().returning(|_, _| Box::pin(async { Ok(None) }));
    assert_eq!(double_of(&shop, 21).await.unwrap(), 42);
    assert_eq!(shop.find("x", None).await.unwrap(), None);
}

/// A trait with elided lifetimes inside parameter types. `mockall` cannot parse elided lifetimes inside types.
#[api]
#[cfg_attr(test, mockall::automock)]
pub trait Search {
    #[get("/orders")]
    async fn search(
        &self,
        #[query] status: Option<&str>,
        #[query] tag: &[&str],
        #[query] like: &Order,
    ) -> Result<Vec<Order>>;
}

struct Echo;

impl Search for Echo {
    async fn search(&self, _: Option<&str>, tag: &[&str], like: &Order) -> Result<Vec<Order>> {
        Ok(tag.iter().map(|_| like.clone()).collect())
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_that_hold_references_can_be_mocked() {
    let mut shop = MockSearch::new();
    shop.expect_search().returning(|status, tag, like| {
        let found = vec![like.clone(); tag.len() + usize::from(status.is_some())];
        Box::pin(async move { Ok(found) })
    });
    let order = Order { id: 7 };
    assert_eq!(shop.search(Some("open"), &["a"], &order).await.unwrap().len(), 2);
    assert_eq!(Echo.search(None, &["a", "b", "c"], &order).await.unwrap().len(), 3);
}

mockall::mock! {
    Written {}

    impl Shop for Written {
        async fn order(&self, id: u64) -> Result<Order>;
        async fn find(&self, name: &str, language: Option<String>) -> Result<Option<Order>>;
    }
}

#[tokio::test(start_paused = true)]
async fn a_mock_macro_double_takes_plain_closures() {
    let mut shop = MockWritten::new();
    shop.expect_order().returning(|id| Ok(Order { id }));
    shop.expect_find().returning(|_, _| Ok(Some(Order { id: 3 })));
    assert_eq!(double_of(&shop, 21).await.unwrap(), 42);
    assert_eq!(shop.first("x").await.unwrap(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_double_can_be_spawned() {
    let fake = std::sync::Arc::new(Fake::default());
    let shared = fake.clone();
    let task = tokio::spawn(async move { double_of(&*shared, 1).await });
    assert_eq!(task.await.unwrap().unwrap(), 2);
    assert_eq!(*fake.asked.lock().unwrap(), [1]);
}

/// A trait with default method bodies. `mockall::automock` replaces these bodies.
#[api]
#[cfg_attr(test, mockall::automock)]
pub trait Stock {
    #[get("/items/{item}")]
    async fn count(&self, item: u64) -> Result<u32> {
        unimplemented!()
    }

    #[get("/items")]
    async fn named(&self, #[query] name: Option<&str>) -> Result<u32> {
        match name {
            Some(name) => self.count(name.len() as u64).await,
            None => Ok(0),
        }
    }
}

#[tokio::test]
async fn automock_generates_the_methods_with_a_default_body() {
    let mut stock = MockStock::new();
    stock.expect_count().returning(|item| Box::pin(async move { Ok(item as u32) }));
    stock.expect_named().returning(|_| Box::pin(async { Ok(3) }));
    assert_eq!(
        (stock.count(7).await.unwrap(), stock.named(None).await.unwrap()),
        (7, 3),
        "results of `count` and `named`"
    );
}

#[tokio::test]
async fn a_mock_macro_double_of_a_part_has_the_default_bodies_of_the_rest() {
    mockall::mock! {
        Part {}

        impl Stock for Part {
            async fn count(&self, item: u64) -> Result<u32>;
        }
    }
    let mut stock = MockPart::new();
    stock.expect_count().returning(|item| Ok(item as u32));
    assert_eq!(stock.named(Some("four")).await.unwrap(), 4);
}
