//! Test doubles of a trait: written by hand with plain `async fn`, or made by `mockall`.

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

/// What a user would test with a double.
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
async fn a_double_by_hand_is_plain_async() {
    let fake = Fake::default();
    assert_eq!(double_of(&fake, 21).await.unwrap(), 42);
    assert_eq!(*fake.asked.lock().unwrap(), [21]);
    assert_eq!(fake.first("four").await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn automock_below_the_attribute_makes_a_double() {
    let mut shop = MockShop::new();
    shop.expect_order()
        .withf(|id| *id == 21)
        .times(1)
        .returning(|id| Box::pin(async move { Ok(Order { id }) }));
    shop.expect_find().returning(|_, _| Box::pin(async { Ok(None) }));
    assert_eq!(double_of(&shop, 21).await.unwrap(), 42);
    assert_eq!(shop.find("x", None).await.unwrap(), None);
}

mockall::mock! {
    Written {}

    impl Shop for Written {
        async fn order(&self, id: u64) -> Result<Order>;
        async fn find(&self, name: &str, language: Option<String>) -> Result<Option<Order>>;
    }
}

#[tokio::test(start_paused = true)]
async fn a_mock_that_is_written_out_takes_plain_closures() {
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
