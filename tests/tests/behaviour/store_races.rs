//! Tests writes that conflict with another process's writes: after a lost confirmation, and after a logout during a
//! refresh.

use std::time::Duration;

use afresh::{SessionState, Tokens};
use afresh_tests::{Role, World};
use tokio::time::sleep;

use crate::api::{Shop, ShopClient, builder, order, tokens};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::waiting::{done, settled};

fn process(world: &World, store: &FakeStore) -> ShopClient {
    builder(world).store(store.clone()).build().unwrap()
}

fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

fn tokens_of(world: &World, number: usize) -> Tokens {
    Tokens::new(world.authority.access(number)).with_refresh(world.authority.refresh(number))
}

/// Enough time for the client to retry a failed write.
const AGAIN: Duration = Duration::from_secs(5);

/// S5: if the confirmation of a stored login is lost and another process refreshes, the login does not overwrite the
/// newer tokens.
#[tokio::test(start_paused = true)]
async fn a_login_without_confirmation_does_not_overwrite_a_refresh() {
    for fault in [Fault::FailAfter, Fault::HangAfter] {
        let (world, store) = (guarded(), FakeStore::new());
        let one = process(&world, &store);
        store.next(Operation::Swap, fault);
        if fault == Fault::FailAfter {
            store.next(Operation::Swap, Fault::Fail);
        }
        let login = tokio::spawn({
            let session = one.session().clone();
            let issued = tokens(&world.authority.issue());
            async move { session.set(issued).await }
        });
        settled().await;
        let two = process(&world, &store);
        two.session().load().await.unwrap();
        world.authority.expire();
        two.order(7).await.unwrap();
        let _ = done(login).await;
        sleep(AGAIN).await;

        assert_eq!(store.access(), Some(world.authority.access(2)), "{fault:?}");
        assert_eq!(one.session().tokens(), Some(tokens_of(&world, 2)));
        one.order(7).await.unwrap();
        process(&world, &store).order(7).await.unwrap();
        world.authority.assert_refreshes(1);
    }
}

/// S5: if the confirmation of a stored login is lost, the login does not overwrite another process's record of a
/// started refresh.
#[tokio::test(start_paused = true)]
async fn a_login_without_confirmation_keeps_the_intent_of_another_process() {
    let (world, store) = (guarded(), FakeStore::new());
    let one = process(&world, &store);
    store.next(Operation::Swap, Fault::FailAfter);
    store.next(Operation::Swap, Fault::Fail);
    one.session().set(tokens(&world.authority.issue())).await.unwrap_err();
    let two = process(&world, &store);
    two.session().load().await.unwrap();
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(two.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    sleep(Duration::from_secs(3)).await;
    assert!(store.record()["intent"].is_object(), "{}", store.record());
    exchange.release();
    done(call).await.unwrap();
    sleep(AGAIN).await;

    assert_eq!(store.access(), Some(world.authority.access(2)));
    one.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// S5: a process can refresh even if the confirmation of its stored login was lost.
#[tokio::test(start_paused = true)]
async fn a_login_without_confirmation_can_be_refreshed() {
    let (world, store) = (guarded(), FakeStore::new());
    let one = process(&world, &store);
    store.next(Operation::Swap, Fault::FailAfter);
    store.next(Operation::Swap, Fault::Fail);
    one.session().set(tokens(&world.authority.issue())).await.unwrap_err();
    world.authority.expire();
    one.order(7).await.unwrap();
    assert_eq!(store.access(), Some(world.authority.access(2)));
    world.authority.assert_refreshes(1);
}

/// J1, R4: if the user logs out or logs in again during a refresh, the lock is held until the logout or login is
/// stored. Without the lock, another process would load the old record and send the used refresh token.
#[tokio::test(start_paused = true)]
async fn the_lock_is_kept_until_a_change_during_a_refresh_is_stored() {
    for login in [false, true] {
        let (world, store) = (guarded(), FakeStore::new());
        let (one, two) = (process(&world, &store), process(&world, &store));
        one.session().set(tokens(&world.authority.issue())).await.unwrap();
        two.session().load().await.unwrap();
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        let first = tokio::spawn(one.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        // The first two writes fail, so the logout or login is stored one second later. The second write can be
        // attempted immediately after the first write fails.
        store.next(Operation::Swap, Fault::Fail);
        store.next(Operation::Swap, Fault::Fail);
        let issued = tokens(&world.authority.issue());
        let change = if login { one.session().set(issued) } else { one.session().clear() };
        done(first).await.unwrap_err();
        settled().await;
        let second = tokio::spawn(two.order(7));
        settled().await;
        exchange.release();
        world.authority.open(Role::Refresh);
        let error = done(second).await.unwrap_err();
        change.await.unwrap();
        assert!(error.is_no_session() || error.is_superseded(), "{error:?}");
        world.authority.assert_refreshes(1);
        if !login {
            assert_eq!(two.session().state(), SessionState::LoggedOut);
        }
    }
}

/// S1: if a logout cannot be stored, the lock is released within one minute.
#[tokio::test(start_paused = true)]
async fn the_lock_is_released_if_a_logout_cannot_be_stored() {
    let (world, store) = (guarded(), FakeStore::new());
    let one = process(&world, &store);
    one.session().set(tokens(&world.authority.issue())).await.unwrap();
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(one.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.always(Operation::Swap, Some(Fault::Fail));
    one.session().clear().await.unwrap_err();
    exchange.release();
    done(first).await.unwrap_err();
    tokio::time::timeout(Duration::from_mins(1), store.locked()).await.expect("the lock is free");
}
