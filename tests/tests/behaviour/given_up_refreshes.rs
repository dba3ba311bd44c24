//! Tests refreshes that stall because their runtime is not polled: two threads, each with its own current-thread
//! runtime, share a session.

use std::pin::pin;
use std::time::Duration;

use afresh::{SessionEvent, SessionState};
use afresh_tests::{Role, World};
use futures_util::poll;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use crate::api::{Shop, ShopClient, builder, logged_in_client, order, tokens};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::waiting::settled;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Starts a call on the runtime `idle`, and drops the call once the call waits for a refresh. After this function
/// returns, the runtime `idle` is not polled.
fn leave_a_refresh(idle: &Runtime, world: &World, shop: &ShopClient, polled: bool) {
    idle.block_on(async {
        let mut call = pin!(shop.order(1));
        assert!(poll!(&mut call).is_pending());
        world.stage.arrival().await.answer(403);
        assert!(poll!(&mut call).is_pending());
        if polled {
            settled().await;
        }
    });
    assert_eq!(shop.session().state(), SessionState::Refreshing);
    world.authority.expire();
    world.guard_with(403, |_| order(7));
}

fn with_store(world: &World, store: &FakeStore, living: &Runtime) -> ShopClient {
    let shop = builder(world).store(store.clone()).build().unwrap();
    living.block_on(async { shop.session().set(tokens(&world.authority.issue())).await }).unwrap();
    shop
}

/// I7: a call on another thread replaces a refresh that has not been polled yet. If the replaced refresh is polled
/// later, it does not send a request.
#[test]
fn a_refresh_that_was_taken_over_before_it_began_sends_nothing_later() {
    let (world, idle, living) = (World::new(), runtime(), runtime());
    let shop = logged_in_client(&world);
    leave_a_refresh(&idle, &world, &shop, false);

    living.block_on(async {
        let begun = Instant::now();
        assert_eq!(shop.order(2).await.unwrap().id, 7);
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    });
    idle.block_on(settled());

    world.authority.assert_refreshes(1);
    assert_eq!(idle.block_on(shop.order(3)).unwrap().id, 7);
}

/// I7: when a new refresh replaces a refresh that is waiting for the server, the old refresh is dropped, even though
/// the old refresh's runtime is not polled.
#[test]
fn a_refresh_that_was_taken_over_is_dropped_at_once() {
    let (world, idle, living) = (World::new(), runtime(), runtime());
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    leave_a_refresh(&idle, &world, &shop, true);
    let exchange = living.block_on(world.authority.parked(Role::Refresh));
    world.authority.open(Role::Refresh);

    assert_eq!(living.block_on(shop.order(2)).unwrap().id, 7);

    assert!(exchange.is_abandoned());
    exchange.release();
    idle.block_on(settled());
    world.authority.assert_refreshes(2);
    world.authority.assert_granted(1);
    assert_eq!(idle.block_on(shop.order(3)).unwrap().id, 7);
}

/// A call that starts after a stalled refresh has passed its deadline replaces the refresh within two seconds.
#[test]
fn a_call_after_the_deadline_takes_over_at_once() {
    let (world, idle, living) = (World::new(), runtime(), runtime());
    let shop = logged_in_client(&world);
    leave_a_refresh(&idle, &world, &shop, false);

    living.block_on(async {
        tokio::time::advance(Duration::from_secs(12)).await;
        let begun = Instant::now();
        assert_eq!(shop.order(2).await.unwrap().id, 7);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    });
}

#[test]
fn calls_that_take_over_together_send_one_refresh() {
    let (world, idle, living) = (World::new(), runtime(), runtime());
    let shop = logged_in_client(&world);
    leave_a_refresh(&idle, &world, &shop, false);

    living.block_on(async {
        let calls: Vec<_> = (0..50).map(|id| tokio::spawn(shop.order(id))).collect();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap().id, 7);
        }
    });

    world.authority.assert_refreshes(1);
}

/// R4: a refresh that replaces a stalled refresh uses the store lock that the session already holds.
#[test]
fn the_lock_of_the_store_is_taken_over_too() {
    let (world, idle, living) = (World::new(), runtime(), runtime());
    let store = FakeStore::new();
    let shop = with_store(&world, &store, &living);
    world.authority.hold(Role::Refresh);
    leave_a_refresh(&idle, &world, &shop, true);
    let exchange = living.block_on(world.authority.parked(Role::Refresh));
    world.authority.open(Role::Refresh);

    assert_eq!(living.block_on(shop.order(2)).unwrap().id, 7);

    assert!(exchange.is_abandoned());
    assert_eq!(store.count(Operation::Lock), 1);
    idle.block_on(settled());
    world.authority.assert_granted(1);
    assert_eq!(store.access(), Some(world.authority.access(2)));
    living.block_on(async {
        tokio::time::timeout(Duration::from_secs(1), store.locked()).await.expect("the lock is free")
    });
}

/// S6: a refresh that stalls during a store operation is replaced, and its replacement can use the store.
#[test]
fn a_refresh_that_stalls_at_the_store_is_taken_over() {
    for at in [Operation::Lock, Operation::Load, Operation::Swap] {
        let (world, idle, living) = (World::new(), runtime(), runtime());
        let store = FakeStore::new();
        let shop = with_store(&world, &store, &living);
        store.hold(at);
        leave_a_refresh(&idle, &world, &shop, true);
        store.open(at);

        assert_eq!(living.block_on(shop.order(2)).unwrap().id, 7, "{at:?}");

        idle.block_on(settled());
        world.authority.assert_refreshes(1);
        assert_eq!(store.access(), Some(world.authority.access(2)));
    }
}

/// S1: if the task that stores the session stalls after a failed write, the next call that needs the store replaces the
/// task.
#[test]
fn a_writer_that_stalls_after_a_failure_is_replaced() {
    let (world, idle, living) = (World::new(), runtime(), runtime());
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    let shop = builder(&world).store(store.clone()).build().unwrap();
    store.next(Operation::Swap, Fault::Fail);
    store.next(Operation::Swap, Fault::Fail);
    idle.block_on(async { shop.session().set(tokens(&world.authority.issue())).await }).unwrap_err();
    world.authority.expire();

    living.block_on(async {
        tokio::time::advance(Duration::from_secs(70)).await;
        shop.session().load().await.unwrap();
        assert_eq!(shop.order(1).await.unwrap().id, 7);
    });

    world.authority.assert_refreshes(1);
    assert_eq!(store.access(), Some(world.authority.access(2)));
}

/// J1: if the user logs out or logs in again before a refresh is first polled, the refresh does not send a request.
#[test]
fn a_refresh_that_has_not_begun_ends_with_its_login() {
    for with_a_store in [false, true] {
        for login in [false, true] {
            let (world, idle, living) = (World::new(), runtime(), runtime());
            let store = FakeStore::new();
            let shop =
                if with_a_store { with_store(&world, &store, &living) } else { logged_in_client(&world) };
            leave_a_refresh(&idle, &world, &shop, false);
            living.block_on(async {
                if login {
                    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
                } else {
                    shop.session().clear().await.unwrap();
                }
            });
            idle.block_on(settled());
            world.authority.assert_refreshes(0);
            assert_eq!(store.count(Operation::Lock), 0);
        }
    }
}

#[test]
fn a_refresh_on_its_own_runtime_does_not_stall() {
    let (world, idle) = (World::new(), runtime());
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = FakeStore::new();
    let shop = builder(&world)
        .tokens(tokens(&world.authority.issue()))
        .store(store.clone())
        .runtime(background.handle().clone())
        .build()
        .unwrap();
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    leave_a_refresh(&idle, &world, &shop, false);

    let refreshed = background.block_on(async {
        let exchange = world.authority.parked(Role::Refresh).await;
        world.authority.open(Role::Refresh);
        exchange.release();
        tokio::time::timeout(Duration::from_secs(30), async {
            while let Some(event) = events.next().await {
                if matches!(event, SessionEvent::Refreshed) {
                    return true;
                }
            }
            false
        })
        .await
    });

    assert!(refreshed.expect("the refresh completes without the caller's runtime"));
    world.authority.assert_refreshes(1);
    assert_eq!(store.access(), Some(world.authority.access(2)));
    assert_eq!(idle.block_on(shop.order(3)).unwrap().id, 7);
}

/// If the builder sets a `runtime`, a refresh opens a new connection on that runtime. The refresh cannot use the call's
/// connection, because the runtime that drives the connection is no longer polled.
#[test]
fn a_refresh_on_its_own_runtime_opens_its_own_connection() {
    let world = World::new();
    let background = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listening = background.block_on(world.listen());
    let idle = Builder::new_current_thread().enable_all().build().unwrap();
    let shop: ShopClient = ShopClient::builder(&listening.base_url)
        .tokens(tokens(&world.authority.issue()))
        .runtime(background.handle().clone())
        .build()
        .unwrap();
    world.guard_with(403, |_| order(7));
    // The runtime that drives the call's connection is not polled after the call.
    assert_eq!(idle.block_on(shop.order(1)).unwrap().id, 7);

    // A token request is retried on another connection only after more than 4 seconds, so the test's limit of 4 seconds
    // excludes the retry.
    let refreshed = background
        .block_on(async { tokio::time::timeout(Duration::from_secs(4), shop.session().refresh()).await });

    refreshed.expect("the refresh completes without the connection of the call").unwrap();
    world.authority.assert_refreshes(1);
}
