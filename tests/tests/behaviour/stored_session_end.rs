//! Tests the end of a session that is in a store, after a logout, another login or a rejected refresh token: the store
//! keeps no session that has ended, and other processes notice the end.

use std::time::Duration;

use afresh::{SessionEvent, SessionState};
use afresh_tests::{Role, World};

use crate::api::{ANN, Shop};
use crate::fake_store::{FakeStore, Operation};
use crate::simulated_processes::{guarded, left_behind, process, tokens_of, two};
use crate::waiting::{done, next_event, settled};

/// J10: if a different user logs in from another process, calls in this process neither refresh the session nor use the
/// new login until the program loads the session from the store.
#[tokio::test(start_paused = true)]
async fn another_users_login_is_neither_refreshed_nor_adopted() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    let other = one.login(&ANN).await.unwrap();
    two.order(7).await.unwrap();
    world.authority.expire();
    let error = two.order(7).await.unwrap_err();
    assert!(error.is_superseded(), "{error}");
    world.authority.assert_refreshes(0);
    assert_eq!(two.session().tokens(), Some(tokens_of(&world, 1)));
    assert_eq!(store.access().as_deref(), Some(other.access_token().unwrap().secret()));
    assert_eq!(two.session().load().await.unwrap(), SessionState::LoggedIn);
    two.order(7).await.unwrap();
    one.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
}

/// J1, G6: after a logout in one process, the session in another process ends at its next refresh, and the store stays
/// empty.
#[tokio::test(start_paused = true)]
async fn another_processs_logout_ends_the_session() {
    let world = guarded();
    let store = FakeStore::new();
    let [one, two] = two(&world, &store).await;
    let mut events = two.session().events();
    one.logout().await.unwrap();
    world.authority.expire();
    assert!(two.order(7).await.unwrap_err().is_no_session());
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedOut)));
    world.authority.assert_refreshes(0);
    assert_eq!(two.session().state(), SessionState::LoggedOut);
    assert!(store.record()["session"].is_null());
    one.login(&ANN).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    two.order(7).await.unwrap();
}

/// J1, S5: if the user logs out while the client is recording in the store that a refresh is about to start, the
/// refresh token is not sent.
#[tokio::test(start_paused = true)]
async fn a_logout_before_the_refresh_is_sent_spends_no_token() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    store.hold(Operation::Swap);
    let call = tokio::spawn(shop.order(7));
    settled().await;
    let parting = tokio::spawn(shop.session().clear().into_future());
    settled().await;
    store.open(Operation::Swap);
    assert!(done(call).await.is_err());
    done(parting).await.unwrap();
    world.authority.assert_refreshes(0);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
    assert!(store.record()["session"].is_null(), "{}", store.record());
}

/// J1, J2: after a logout during a refresh, the store contains no session, even if a store operation was in progress at
/// the time of the logout.
#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_leaves_nothing_in_the_store() {
    for op in [None, Some(Operation::Lock), Some(Operation::Load), Some(Operation::Swap)] {
        let world = guarded();
        let store = FakeStore::new();
        let [shop, _] = two(&world, &store).await;
        world.authority.expire();
        world.authority.hold(Role::Refresh);
        if let Some(op) = op {
            store.hold(op);
        }
        let call = tokio::spawn(shop.order(7));
        settled().await;
        let cleared = shop.session().clear();
        assert!(done(call).await.unwrap_err().is_no_session());
        if let Some(op) = op {
            store.open(op);
        }
        world.authority.open(Role::Refresh);
        cleared.await.unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(store.record()["session"].is_null(), "{op:?}");
        assert_eq!(shop.session().state(), SessionState::LoggedOut);
    }
}

/// J2: if the user logs out while new tokens are being written to the store, no session remains in the store.
#[tokio::test(start_paused = true)]
async fn a_logout_while_new_tokens_are_stored_leaves_nothing_in_the_store() {
    let world = guarded();
    let store = FakeStore::new();
    let [shop, _] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold_processed(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    store.hold(Operation::Swap);
    exchange.release();
    settled().await;
    let cleared = shop.session().clear();
    store.open(Operation::Swap);
    cleared.await.unwrap();
    assert!(done(call).await.unwrap_err().is_no_session());
    settled().await;
    assert!(store.record()["session"].is_null());
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}

/// G6, D15: if the server rejects a refresh token, the stored session is removed. Later calls read the store at most
/// once per second, and thereby detect a login by another process.
#[tokio::test(start_paused = true)]
async fn an_expired_session_is_cleared_and_a_new_login_elsewhere_is_found() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    world.authority.revoke();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
    settled().await;
    assert!(store.record()["session"].is_null());
    let loads = store.count(Operation::Load);
    tokio::time::advance(Duration::from_secs(1)).await;
    for _ in 0..50 {
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
    }
    assert_eq!(store.count(Operation::Load) - loads, 1, "loads of the store");
    world.authority.assert_refreshes(1);
    process(&world, &store).login(&ANN).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    shop.order(7).await.unwrap();
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// W9: a call reports that the session has expired only after the expired state has been stored. The next process does
/// not send the rejected refresh token again.
#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_is_stored_before_a_call_reports_it() {
    let world = World::new();
    world.guard(403);
    let store = crate::fake_store::FakeStore::new();
    let shop = crate::api::builder(&world).store(store.clone()).build().unwrap();
    crate::api::Shop::login(&shop, &crate::api::ANN).await.unwrap();
    world.authority.revoke();
    world.authority.hold(afresh_tests::Role::Refresh);
    let calls: Vec<_> = (0..3).map(|id| tokio::spawn(crate::api::Shop::order(&shop, id))).collect();
    let exchange = world.authority.parked(afresh_tests::Role::Refresh).await;
    store.hold(crate::fake_store::Operation::Swap);
    exchange.release();
    crate::waiting::settled().await;
    let late = tokio::spawn(crate::api::Shop::order(&shop, 4));
    crate::waiting::settled().await;
    assert!(calls.iter().all(|call| !call.is_finished()) && !late.is_finished(), "nothing is stored yet");
    store.open(crate::fake_store::Operation::Swap);
    for call in calls.into_iter().chain([late]) {
        assert!(crate::waiting::done(call).await.unwrap_err().is_session_expired());
    }
    let next = crate::api::builder(&world).store(store).build().unwrap();
    assert!(crate::api::Shop::order(&next, 7).await.unwrap_err().is_no_session());
    world.authority.assert_refreshes(1);
}

/// W9: if the expired state cannot be stored, the caller still gets the expired-session error.
#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_is_reported_although_the_store_fails() {
    let world = World::new();
    world.guard(403);
    let store = crate::fake_store::FakeStore::new();
    let shop = crate::api::builder(&world).store(store.clone()).build().unwrap();
    crate::api::Shop::login(&shop, &crate::api::ANN).await.unwrap();
    world.authority.revoke();
    world.authority.hold(afresh_tests::Role::Refresh);
    let call = tokio::spawn(crate::api::Shop::order(&shop, 7));
    let exchange = world.authority.parked(afresh_tests::Role::Refresh).await;
    store.always(crate::fake_store::Operation::Swap, Some(crate::fake_store::Fault::Fail));
    exchange.release();
    assert!(crate::waiting::done(call).await.unwrap_err().is_session_expired());
}
