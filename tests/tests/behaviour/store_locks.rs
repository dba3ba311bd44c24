//! Tests the lock of a store: a refresh holds the lock from reading the refresh token until the new tokens are stored.
//! Also tests leases that expire during a refresh, and stores without locks.

use std::time::Duration;

use afresh::SessionEvent;
use afresh_tests::{Answer, AuthorityConfig, Role, World};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{Shop, order, tokens};
use crate::fake_store::{FakeStore, Operation};
use crate::simulated_processes::{guarded, tokens_of, two};
use crate::waiting::{done, settled};

/// R4: a refresh acquires the store's lock before it loads the refresh token, and holds the lock until it has stored
/// the new tokens.
#[tokio::test(start_paused = true)]
async fn the_lock_covers_reading_the_refresh_and_writing() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    for op in [Operation::Load, Operation::Swap] {
        store.hold(op);
        let call = tokio::spawn(shop.order(7));
        settled().await;
        assert!(tokio::time::timeout(Duration::from_millis(1), store.locked()).await.is_err(), "{op:?}");
        world.authority.hold(Role::Refresh);
        store.open(op);
        let exchange = world.authority.parked(Role::Refresh).await;
        assert!(
            tokio::time::timeout(Duration::from_millis(1), store.locked()).await.is_err(),
            "during the request"
        );
        store.hold(Operation::Swap);
        exchange.release();
        world.authority.open(Role::Refresh);
        settled().await;
        assert!(
            tokio::time::timeout(Duration::from_millis(1), store.locked()).await.is_err(),
            "during the write"
        );
        assert!(!call.is_finished(), "no call uses the new tokens before they are stored");
        store.open(Operation::Swap);
        done(call).await.unwrap();
        drop(store.locked().await);
        world.authority.expire();
    }
}

/// R4, R10: a refresh acquires the lock once, loads the session once, and makes two writes: one that records the
/// started refresh, and one with the new tokens.
#[tokio::test(start_paused = true)]
async fn a_refresh_locks_once_reads_once_and_writes_twice() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    let count = || [Operation::Lock, Operation::Load, Operation::Swap].map(|op| store.count(op));
    for _ in 0..3 {
        let before = count();
        world.authority.expire();
        shop.order(7).await.unwrap();
        settled().await;
        let after = count();
        assert_eq!(
            [after[0] - before[0], after[1] - before[1], after[2] - before[2]],
            [1, 1, 2],
            "locks, loads and swaps of one refresh"
        );
    }
}

/// R2: if another process stores new tokens while a refresh waits for the lock, the refresh does not send a request.
#[tokio::test(start_paused = true)]
async fn new_tokens_end_a_refresh_that_waits_for_the_lock() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(one.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(two.order(7));
    settled().await;
    store.hold(Operation::Load);
    exchange.release();
    done(first).await.unwrap();
    store.tell();
    store.open(Operation::Load);
    done(second).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// R5: a process that cannot get the lock does not refresh, and its calls fail with an error for which
/// `is_refresh_busy` returns `true`.
#[tokio::test(start_paused = true)]
async fn without_the_lock_there_is_no_refresh() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    let lock = store.locked().await;
    let start = Instant::now();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh_busy() && error.is_refresh(), "{error}");
    assert_eq!(start.elapsed().as_secs(), 8);
    world.authority.assert_refreshes(0);
    drop(lock);
    tokio::time::advance(Duration::from_mins(2)).await;
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// R5: if waiting for the lock times out, but another process has stored new tokens, the client uses these tokens.
#[tokio::test(start_paused = true)]
async fn a_lock_timeout_is_not_an_error_if_there_are_new_tokens() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    one.order(7).await.unwrap();
    let _lock = store.locked().await;
    two.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// R3, R10: if a process's lease expires during a refresh, the process does not overwrite newer tokens in the store,
/// but uses them.
#[tokio::test(start_paused = true)]
async fn a_process_whose_lease_expired_does_not_overwrite() {
    let world = World::with(AuthorityConfig { reuse_ends_session: false, ..AuthorityConfig::default() });
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.expire_lock();
    let mut record = store.record();
    let other = world.authority.issue();
    record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
    record["session"]["access"] = json!(other.access);
    record["session"]["refresh"] = json!(other.refresh);
    record.as_object_mut().unwrap().remove("intent");
    store.put(record.to_string().as_bytes());
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await.unwrap();
    settled().await;
    assert_eq!(store.access(), Some(other.access.clone()));
    assert_eq!(shop.session().tokens(), Some(tokens(&other)));
}

/// R3: if the lease has expired but no other process has written to the store, the process stores its new tokens,
/// because no other tokens are valid.
#[tokio::test(start_paused = true)]
async fn a_process_whose_lease_expired_unnoticed_stores_its_tokens() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.expire_lock();
    exchange.release();
    done(call).await.unwrap();
    settled().await;
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    assert_eq!(store.access(), Some(world.authority.access(2)));
    assert!(store.record()["intent"].is_null());
}

/// I8, R3: after a lost response, a refresh token is not sent again if another process might have used it. If the store
/// contains newer tokens, the client uses those tokens.
#[tokio::test(start_paused = true)]
async fn a_token_that_another_process_may_have_spent_is_not_presented_again() {
    for stored in [true, false] {
        let world = guarded();
        let store = FakeStore::new();
        let [shop, _] = two(&world, &store).await;
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        store.expire_lock();
        let other = world.authority.issue();
        if stored {
            let mut record = store.record();
            record["session"]["generation"] = json!(record["session"]["generation"].as_u64().unwrap() + 1);
            record["session"]["access"] = json!(other.access);
            record["session"]["refresh"] = json!(other.refresh);
            store.put(record.to_string().as_bytes());
        }
        exchange.answer(Answer::reset());
        let called = done(call).await;
        assert_eq!(world.authority.refreshes(), 1, "refreshes: {stored}");
        if stored {
            called.unwrap();
            assert_eq!(shop.session().tokens(), Some(tokens(&other)));
        } else {
            assert!(called.unwrap_err().is_refresh());
        }
    }
}

/// R7: if the lease expires before the refresh token is sent, the process acquires the lock again. No refresh token is
/// sent without a valid lease.
#[tokio::test(start_paused = true)]
async fn no_token_is_spent_under_an_expired_lease() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    store.expire_leases(1);
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    assert_eq!(store.count(Operation::Lock), 2, "acquired locks");

    world.authority.expire();
    store.expire_leases(usize::MAX);
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_refresh_busy(), "{error}");
    world.authority.assert_refreshes(1);
}

/// R7, G4: if a process's lease expires before the refresh token is sent, the process later finds the intent to refresh
/// that it has stored itself. The process does not treat its own record of a started refresh as a sign of a lost
/// response. If the server rejects the refresh token, the error reports an expired session, and `is_rotation_lost`
/// returns `false`.
#[tokio::test(start_paused = true)]
async fn a_processs_own_intent_does_not_mean_a_lost_rotation() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.revoke();
    store.expire_leases(1);
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_session_expired() && !error.is_rotation_lost(), "{error:?}");
    world.authority.assert_refreshes(1);
    assert_eq!(store.count(Operation::Lock), 2, "acquired locks");
}

/// R9: a store without locks can be used, and one event reports that locks are missing.
#[tokio::test(start_paused = true)]
async fn a_store_without_locks_is_used_and_reported_once() {
    let world = guarded();
    let store = FakeStore::new();
    store.without_locks();
    let [shop, _] = two(&world, &store).await;
    let mut events = shop.session().events();
    for _ in 0..3 {
        world.authority.expire();
        shop.order(7).await.unwrap();
    }
    let reported = std::iter::from_fn(|| events.try_next());
    assert_eq!(reported.filter(|event| matches!(event, SessionEvent::Uncoordinated)).count(), 1);
}

/// G5, G6: if a store has no locks, two processes can send the same refresh token. The process whose refresh is refused
/// uses the other process's new tokens.
#[tokio::test(start_paused = true)]
async fn without_locks_the_loser_of_a_race_adopts_the_winners_tokens() {
    let world = World::with(AuthorityConfig { reuse_ends_session: false, ..AuthorityConfig::default() });
    // One process sends a refresh token that the other process has already used.
    world.authority.expect_reuses(1);
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    store.without_locks();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(one.order(7));
    let winner = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(two.order(7));
    let loser = world.authority.parked(Role::Refresh).await;
    winner.release();
    done(first).await.unwrap();
    loser.release();
    done(second).await.unwrap();
    settled().await;
    for shop in [&one, &two] {
        assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    }
    assert_eq!(store.access(), Some(world.authority.access(2)));
}
