//! What a session does with its store, operation by operation: under which fence, how often, and for how long.

use std::time::Duration;

use afresh::Result;
use afresh_tests::{Role, World};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{advance, sleep};

use crate::api::{ANN, Order, Shop, ShopClient, builder, order, tokens};
use crate::vault::{Fault, Op, Vault};
use crate::witness::{done, quiet};

fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

/// A process that has logged in, and its store.
async fn logged_in(world: &World) -> (ShopClient, Vault) {
    let vault = Vault::new();
    let shop = builder(world).store(vault.clone()).build().unwrap();
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    quiet().await;
    (shop, vault)
}

/// Nothing can be stored any more once the server has answered the refresh of this call.
async fn call_during_which_the_store_breaks(
    world: &World,
    shop: &ShopClient,
    vault: &Vault,
) -> Result<Order> {
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    vault.always(Op::Swap, Some(Fault::Fail));
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await
}

/// R7: what a refresh writes bears the fence of its lock, also where it is written later; a login bears none, so that no
/// lease that ran out can refuse it.
#[tokio::test(start_paused = true)]
async fn writes_of_a_refresh_bear_its_fence_and_those_of_a_login_none() {
    let world = guarded();
    let (shop, vault) = logged_in(&world).await;
    assert_eq!(vault.fences(), [None]);
    world.authority.expire();
    shop.order(7).await.unwrap();
    assert_eq!(vault.fences(), [Some(1), Some(1)], "the intent and the tokens");

    world.authority.expire();
    call_during_which_the_store_breaks(&world, &shop, &vault).await.unwrap();
    quiet().await;
    let fences = vault.fences();
    assert!(fences.len() >= 3 && fences.iter().all(|fence| *fence == Some(2)), "{fences:?}");
    assert!(shop.login(&ANN).await.unwrap_err().is_store());
    assert_eq!(vault.fences().last(), Some(&None));
}

/// What a refresh has stored is known: the next change is one operation, and no conflict with oneself.
#[tokio::test(start_paused = true)]
async fn a_logout_after_a_refresh_is_one_write() {
    let world = guarded();
    let (shop, vault) = logged_in(&world).await;
    world.authority.expire();
    shop.order(7).await.unwrap();
    let (loads, swaps) = (vault.count(Op::Load), vault.count(Op::Swap));
    shop.session().clear().await.unwrap();
    assert_eq!(vault.count(Op::Load) - loads, 0, "loads of the store");
    assert_eq!(vault.count(Op::Swap) - swaps, 1, "writes to the store");
}

/// S2: a store that is slow at every step is given up before anything is spent.
#[tokio::test(start_paused = true)]
async fn a_store_that_is_slow_at_every_step_is_given_up_before_anything_is_spent() {
    let world = guarded();
    let (shop, vault) = logged_in(&world).await;
    world.authority.expire();
    vault.hold(Op::Lock);
    vault.hold(Op::Swap);
    let call = tokio::spawn(shop.order(7));
    sleep(Duration::from_millis(7500)).await;
    vault.open(Op::Lock);
    sleep(Duration::from_millis(4800)).await;
    vault.open(Op::Swap);
    assert!(done(call).await.unwrap_err().is_store());
    world.authority.assert_refreshes(0);
}

/// A session that has ended does not come back from a store that could not be told of it.
#[tokio::test(start_paused = true)]
async fn what_has_ended_is_not_taken_again_from_a_store_that_was_not_told() {
    let world = guarded();
    let (shop, vault) = logged_in(&world).await;
    world.authority.revoke();
    let error = call_during_which_the_store_breaks(&world, &shop, &vault).await.unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    for _ in 0..5 {
        advance(Duration::from_secs(2)).await;
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    world.authority.assert_refreshes(1);
}

/// A store that tells of changes that nobody finds is looked at once a second.
#[tokio::test(start_paused = true)]
async fn a_store_that_cries_wolf_is_looked_at_once_a_second() {
    let world = guarded();
    let (_shop, vault) = logged_in(&world).await;
    let loads = vault.count(Op::Load);
    vault.cry_wolf();
    sleep(Duration::from_millis(9500)).await;
    let looks = vault.count(Op::Load) - loads;
    assert!((9..=11).contains(&looks), "{looks}");
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// A runtime that ends while a login is being stored leaves the rest to the next call on another.
#[test]
fn what_one_runtime_did_not_store_the_next_does() {
    let world = guarded();
    let vault = Vault::new();
    let shop = builder(&world).store(vault.clone()).build().unwrap();
    let first = runtime();
    first.block_on(async {
        vault.hold(Op::Swap);
        drop(shop.session().set(tokens(&world.authority.issue())));
        quiet().await;
        assert_eq!(vault.count(Op::Swap), 1);
    });
    drop(first);
    runtime().block_on(async {
        vault.open(Op::Swap);
        shop.order(7).await.unwrap();
        quiet().await;
        assert_eq!(vault.access(), Some(world.authority.access(1)));
    });
}
