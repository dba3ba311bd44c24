//! Tests the operations that a session performs on its store: their number, their duration, and the fence (fencing
//! token) that they use.

use std::time::Duration;

use afresh::Result;
use afresh_tests::{Role, World};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{advance, sleep};

use crate::api::{ANN, Order, Shop, ShopClient, builder, order, tokens};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::waiting::{done, settled};

fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

async fn logged_in(world: &World) -> (ShopClient, FakeStore) {
    let store = FakeStore::new();
    let shop = builder(world).store(store.clone()).build().unwrap();
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    settled().await;
    (shop, store)
}

/// Makes a call whose refresh succeeds even though the store fails to write the new tokens.
async fn call_during_which_the_store_breaks(
    world: &World,
    shop: &ShopClient,
    store: &FakeStore,
) -> Result<Order> {
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.always(Operation::Swap, Some(Fault::Fail));
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await
}

/// R7: every write during a refresh uses the fence (fencing token) of the refresh's lock, even if the write is retried
/// later. The write after a login does not use a fence (fencing token), so an expired lease cannot make the write fail.
#[tokio::test(start_paused = true)]
async fn writes_of_a_refresh_carry_a_fence_and_writes_of_a_login_do_not() {
    let world = guarded();
    let (shop, store) = logged_in(&world).await;
    assert_eq!(store.fences(), [None], "fences of the writes during the login");
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(store.fences(), [Some(1), Some(1)], "the intent and the tokens");

    world.authority.expire();
    call_during_which_the_store_breaks(&world, &shop, &store).await.unwrap();
    settled().await;
    let fences = store.fences();
    assert!(fences.len() >= 3 && fences.iter().all(|fence| *fence == Some(2)), "{fences:?}");
    assert!(shop.login(&ANN).await.unwrap_err().is_store());
    assert_eq!(store.fences().last(), Some(&None));
}

/// After a refresh, a logout needs only one write to the store, because the session knows the stored revision.
#[tokio::test(start_paused = true)]
async fn a_logout_after_a_refresh_is_one_write() {
    let world = guarded();
    let (shop, store) = logged_in(&world).await;
    world.authority.expire();
    shop.order(7).await.unwrap();
    let (loads, swaps) = (store.count(Operation::Load), store.count(Operation::Swap));
    shop.session().clear().await.unwrap();
    assert_eq!(store.count(Operation::Load) - loads, 0, "loads of the store");
    assert_eq!(store.count(Operation::Swap) - swaps, 1, "writes to the store");
}

/// S2: if every store operation is slow, the refresh fails before the refresh token is sent.
#[tokio::test(start_paused = true)]
async fn a_refresh_gives_up_a_slow_store_before_it_spends_the_token() {
    let world = guarded();
    let (shop, store) = logged_in(&world).await;
    world.authority.expire();
    store.hold(Operation::Lock);
    store.hold(Operation::Swap);
    let call = tokio::spawn(shop.order(7));
    sleep(Duration::from_millis(7500)).await;
    store.open(Operation::Lock);
    sleep(Duration::from_millis(4800)).await;
    store.open(Operation::Swap);
    assert!(done(call).await.unwrap_err().is_store());
    world.authority.assert_refreshes(0);
}

/// If the store cannot record that a session has ended, the client does not load the old session from the store again.
#[tokio::test(start_paused = true)]
async fn an_ended_session_does_not_return_from_a_store_that_failed_to_clear() {
    let world = guarded();
    let (shop, store) = logged_in(&world).await;
    world.authority.revoke();
    let error = call_during_which_the_store_breaks(&world, &shop, &store).await.unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    for _ in 0..5 {
        advance(Duration::from_secs(2)).await;
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    world.authority.assert_refreshes(1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_reports_false_changes_is_read_once_a_second() {
    let world = guarded();
    let (_shop, store) = logged_in(&world).await;
    let loads = store.count(Operation::Load);
    store.report_false_changes();
    sleep(Duration::from_millis(9500)).await;
    let looks = store.count(Operation::Load) - loads;
    assert!((9..=11).contains(&looks), "{looks}");
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn a_login_that_one_runtime_did_not_store_is_stored_on_the_next() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = builder(&world).store(store.clone()).build().unwrap();
    let first = runtime();
    first.block_on(async {
        store.hold(Operation::Swap);
        drop(shop.session().set(tokens(&world.authority.issue())));
        settled().await;
        assert_eq!(store.count(Operation::Swap), 1);
    });
    drop(first);
    runtime().block_on(async {
        store.open(Operation::Swap);
        shop.order(7).await.unwrap();
        settled().await;
        assert_eq!(store.access(), Some(world.authority.access(1)));
    });
}
