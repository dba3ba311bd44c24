//! Tests what a refresh writes to the store before and after its request, also if a write fails or the process crashes.

use std::time::Duration;

use afresh::SessionEvent;
use afresh_tests::{Handling, Role};
use tokio::runtime::Builder;

use crate::api::{Shop, event_names};
use crate::fake_store::{Fault, Operation};
use crate::simulated_processes::{guarded, left_behind, process, tokens_of};
use crate::waiting::{done, next_event, settled};

/// S2: if the client cannot record in the store that a refresh is about to start, the client does not send the refresh
/// token.
#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_written_fails_the_refresh_before_a_token_is_spent() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    shop.order(7).await.unwrap();
    store.always(Operation::Swap, Some(Fault::Fail));
    world.authority.expire();
    for _ in 0..3 {
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_store() && error.rejection().is_some(), "{error}");
        tokio::time::advance(Duration::from_mins(2)).await;
    }
    world.authority.assert_refreshes(0);
    store.always(Operation::Swap, None);
    tokio::time::advance(Duration::from_mins(2)).await;
    shop.order(7).await.unwrap();
    assert_eq!(store.access(), Some(world.authority.access(2)));
}

/// S1: if the new tokens from a refresh cannot be stored, the client uses them and keeps the store's lock. No other
/// refresh starts until the new tokens have been stored.
#[tokio::test(start_paused = true)]
async fn rotated_tokens_that_cannot_be_stored_are_kept_and_stored_later() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    shop.order(7).await.unwrap();
    let mut events = shop.session().events();
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.always(Operation::Swap, Some(Fault::Fail));
    exchange.release();
    world.authority.open(Role::Refresh);
    done(call).await.unwrap();
    settled().await;
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 2)));
    assert_eq!(event_names(&mut events), ["refreshed", "something else"]);
    let peer = tokio::spawn({
        let store = store.clone();
        async move { store.locked().await }
    });
    settled().await;
    assert!(!peer.is_finished(), "the lock is held, so no other process can refresh");

    world.authority.expire();
    assert!(shop.order(7).await.unwrap_err().is_store());
    assert_eq!(world.authority.refreshes(), 1, "refreshes: a refresh token that is not stored is not sent");
    store.always(Operation::Swap, None);
    tokio::time::sleep(Duration::from_mins(2)).await;
    assert_eq!(store.access(), Some(world.authority.access(2)));
    drop(done(peer).await);
    shop.order(7).await.unwrap();
    assert_eq!(store.access(), Some(world.authority.access(3)));
}

/// S1: if a write succeeds but returns an error, the client recognizes its own record in the store.
#[tokio::test(start_paused = true)]
async fn a_write_that_succeeded_but_reported_a_failure_is_recognised() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    shop.order(7).await.unwrap();
    for number in 2..6 {
        world.authority.expire();
        store.next(Operation::Swap, Fault::FailAfter);
        assert!(shop.order(7).await.unwrap_err().is_store(), "the intent cannot be stored");
        tokio::time::advance(Duration::from_mins(2)).await;
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let exchange = world.authority.parked(Role::Refresh).await;
        store.next(Operation::Swap, Fault::FailAfter);
        exchange.release();
        world.authority.open(Role::Refresh);
        done(call).await.unwrap();
        shop.session().load().await.unwrap();
        assert_eq!(store.access(), Some(world.authority.access(number)));
        assert_eq!(shop.session().tokens(), Some(tokens_of(&world, number)));
        assert!(store.record()["intent"].is_null());
    }
}

/// S3: if a process crashes after a refresh response but before it stores the new tokens, the store still records that
/// a refresh was started. The next process tries to refresh once, and `is_rotation_lost` returns `true` for the error.
#[tokio::test(start_paused = true)]
async fn a_crash_between_the_answer_and_the_write_is_reported_as_a_lost_rotation() {
    let world = guarded();
    let store = left_behind(&world).await;
    let crashed = Builder::new_current_thread().enable_all().build().unwrap();
    let shop = process(&world, &store);
    shop.order(7).await.unwrap();
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = crashed.spawn(shop.order(7));
    let world_of_it = world.clone();
    let (world_back, crashed) = tokio::task::spawn_blocking(move || {
        let exchange = crashed.block_on(world_of_it.authority.parked(Role::Refresh));
        std::mem::forget(exchange);
        (world_of_it, crashed)
    })
    .await
    .unwrap();
    crashed.shutdown_background();
    let _ = call.await;
    drop(shop);
    world_back.authority.open(Role::Refresh);
    assert!(store.record()["intent"].is_object());

    let next = process(&world, &store);
    assert!(next.order(7).await.unwrap_err().is_rotation_lost());
    assert!(next.order(7).await.unwrap_err().is_session_expired());
    assert_eq!(world.authority.refreshes(), 2, "refreshes: the next process tries once");
    settled().await;
    assert!(store.record()["session"].is_null() && store.record()["intent"].is_null());
}

/// S3: until the server responds to a refresh, the store records that the refresh was started. If the server refuses
/// the refresh, the client removes the record of the started refresh from the store.
#[tokio::test(start_paused = true)]
async fn the_intent_stays_until_the_refresh_is_answered() {
    for (handling, stays) in [(Handling::reset_before(), true), (Handling::instead(503), false)] {
        let world = guarded();
        let store = left_behind(&world).await;
        let shop = process(&world, &store);
        world.authority.expire();
        world.authority.always(Role::Refresh, handling);
        shop.order(7).await.unwrap_err();
        settled().await;
        assert_eq!(store.record()["intent"].is_object(), stays);
        world.authority.always(Role::Refresh, Handling::Normal);
        tokio::time::advance(Duration::from_mins(2)).await;
        shop.order(7).await.unwrap();
        assert!(store.record()["intent"].is_null());
    }
}

/// F6: if all client handles are dropped during a refresh, the refresh completes and the new tokens are stored. The
/// session's memory is freed once the new tokens are stored.
#[tokio::test(start_paused = true)]
async fn without_any_handle_the_refresh_is_stored() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    shop.order(7).await.unwrap();
    let mut events = shop.session().events();
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    call.abort();
    drop(shop);
    exchange.release();
    while let Some(event) = next_event(&mut events).await {
        assert!(matches!(event, SessionEvent::Refreshed));
    }
    assert_eq!(store.access(), Some(world.authority.access(2)));
}
