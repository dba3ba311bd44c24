//! Helpers for tests with many concurrent calls.

use afresh::{Error, Result};
use afresh_tests::Arrival;
use tokio::task::JoinHandle;

use crate::api::{Order, Shop, ShopClient, order};

pub type Call = JoinHandle<Result<Order>>;

/// Calls `order(0)`, `order(1)` and so on, each in a new task.
pub fn calls(shop: &ShopClient, n: u64) -> Vec<Call> {
    (0..n).map(|id| tokio::spawn(shop.order(id))).collect()
}

pub fn answer_order(arrival: Arrival) {
    let id: u64 = arrival.path().rsplit('/').next().unwrap().parse().unwrap();
    arrival.answer_with(order(id));
}

pub async fn expect_all(calls: Vec<Call>) {
    for (id, call) in (0..).zip(calls) {
        assert_eq!(call.await.unwrap().unwrap(), Order { id });
    }
}

pub async fn errors(calls: Vec<Call>) -> Vec<Error> {
    let mut errors = Vec::new();
    for call in calls {
        errors.push(call.await.unwrap().unwrap_err());
    }
    errors
}
