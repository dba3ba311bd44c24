//! Tests how a process loads its session from the store: on demand, once for all waiting calls, and only if the stored
//! record is valid.

use std::time::Duration;

use afresh::{SessionEvent, SessionState};

use crate::api::{ANN, Shop, builder};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::simulated_processes::{guarded, left_behind, process, tokens_of};
use crate::waiting::{done, settled};

/// K5: if a process starts with a hundred concurrent calls, they share one load of the store and then use the stored
/// tokens.
#[tokio::test(start_paused = true)]
async fn the_first_calls_wait_for_one_read_of_the_store() {
    let world = guarded();
    let store = left_behind(&world).await;
    let loads = store.count(Operation::Load);
    let shop = process(&world, &store);
    let mut events = shop.session().events();
    store.hold(Operation::Load);
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.order(7))).collect();
    settled().await;
    world.stage.assert_sends(0);
    store.open(Operation::Load);
    for call in calls {
        done(call).await.unwrap();
    }
    assert_eq!(store.count(Operation::Load) - loads, 1, "loads of the store");
    world.authority.assert_refreshes(0);
    world.stage.assert_sends(100);
    assert_eq!(shop.session().tokens(), Some(tokens_of(&world, 1)));
    assert!(matches!(events.try_next(), Some(SessionEvent::Adopted)));
    assert!(events.try_next().is_none());
}

/// K5, K6: if the store cannot be read, all waiting calls fail with the store's error, and the next call tries again to
/// load the session.
#[tokio::test(start_paused = true)]
async fn a_load_that_failed_is_tried_again() {
    let world = guarded();
    let store = left_behind(&world).await;
    let loads = store.count(Operation::Load);
    let shop = process(&world, &store);
    store.hold(Operation::Load);
    store.next(Operation::Load, Fault::Fail);
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
    settled().await;
    store.open(Operation::Load);
    for call in calls {
        let error = done(call).await.unwrap_err();
        assert!(error.is_store() && !error.is_no_session(), "{error}");
    }
    assert_eq!(store.count(Operation::Load) - loads, 1, "loads of the store");
    world.stage.assert_sends(0);
    shop.order(7).await.unwrap();
}

/// S6: a store operation that never completes delays a call by at most 5 s. Calls that already have a token are not
/// delayed by the store.
#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_block_the_use_of_a_token() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    store.next(Operation::Load, Fault::Hang);
    let start = tokio::time::Instant::now();
    assert!(shop.order(7).await.unwrap_err().is_store());
    assert_eq!(start.elapsed().as_secs(), 5);
    shop.order(7).await.unwrap();
    for op in [Operation::Load, Operation::Swap, Operation::Lock] {
        store.always(op, Some(Fault::Hang));
    }
    let start = tokio::time::Instant::now();
    shop.order(7).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    world.authority.expire();
    let error = shop.order(7).await.unwrap_err();
    assert!(error.is_store() || error.is_refresh_busy(), "{error}");
    assert!(start.elapsed() <= Duration::from_secs(15));
    world.authority.assert_refreshes(0);
}

/// J9: a login during the first load of the store takes effect and is stored.
#[tokio::test(start_paused = true)]
async fn a_login_overtakes_the_first_load() {
    let world = guarded();
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    store.hold(Operation::Load);
    let call = tokio::spawn(shop.order(7));
    settled().await;
    let login = tokio::spawn({
        let shop = shop.clone();
        async move { shop.login(&ANN).await }
    });
    settled().await;
    store.open(Operation::Load);
    let fresh = done(login).await.unwrap();
    done(call).await.unwrap();
    assert_eq!(shop.session().tokens(), Some(fresh.clone()));
    assert_eq!(store.access().as_deref(), Some(fresh.access_token().unwrap().secret()));
}

/// K4: if the store contains a refresh token but no access token, the first call refreshes.
#[tokio::test(start_paused = true)]
async fn a_stored_refresh_token_is_enough_to_start() {
    let world = guarded();
    let store = left_behind(&world).await;
    let mut record = store.record();
    record["session"].as_object_mut().unwrap().remove("access");
    store.put(record.to_string().as_bytes());
    let shop = process(&world, &store);
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    world.stage.assert_sends(1);
    assert_eq!(store.access(), Some(world.authority.access(2)));
}

/// `load` returns the session's state, so a program can check before its first call whether it is logged in.
#[tokio::test(start_paused = true)]
async fn load_returns_the_state_of_the_session() {
    let world = guarded();
    let empty = process(&world, &FakeStore::new());
    assert_eq!(empty.session().load().await.unwrap(), SessionState::LoggedOut);
    let store = left_behind(&world).await;
    let shop = process(&world, &store);
    store.next(Operation::Load, Fault::Fail);
    assert!(shop.session().load().await.unwrap_err().is_store());
    assert_eq!(shop.session().load().await.unwrap(), SessionState::LoggedIn);
    let without = builder(&world).build().unwrap();
    assert_eq!(without.session().load().await.unwrap(), SessionState::LoggedOut);
}

/// S7: if the stored data is not a session, all calls return an error, and even a login does not overwrite the data.
#[tokio::test(start_paused = true)]
async fn invalid_stored_data_is_an_error_and_is_not_overwritten() {
    let world = guarded();
    for garbage in [&b"garbage"[..], b"{}", br#"{"afresh":9,"session":null}"#, b"\xff\x00", br#"{"afresh":1"#]
    {
        let store = FakeStore::new();
        store.put(garbage);
        let shop = process(&world, &store);
        assert!(shop.order(7).await.unwrap_err().is_store());
        assert!(shop.session().load().await.unwrap_err().is_store());
        assert!(shop.login(&ANN).await.unwrap_err().is_store());
        assert_eq!(store.bytes(), garbage);
        shop.order(7).await.unwrap();
    }
}

/// S7: if the stored record is damaged, the error message asks the user to delete the record. For a damaged record, the
/// error does not report that the session has expired. Neither a new process nor a running process overwrites the
/// damaged record.
#[tokio::test(start_paused = true)]
async fn a_damaged_record_is_an_error_and_is_not_overwritten() {
    let world = guarded();
    let store = left_behind(&world).await;
    let running = process(&world, &store);
    running.order(7).await.unwrap();
    let mut damaged = store.bytes();
    let token = world.authority.refresh(1);
    let at = damaged.windows(token.len()).position(|part| part == token.as_bytes()).unwrap();
    damaged[at] ^= 1;
    store.put(&damaged);

    world.authority.expire();
    let sends = world.authority.refreshes();
    for shop in [&running, &process(&world, &store)] {
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_store() && error.to_string().contains("delete it and log in again"), "{error}");
        assert!(!error.is_session_expired());
        assert!(shop.login(&ANN).await.unwrap_err().is_store());
        assert_eq!(store.bytes(), damaged);
    }
    assert_eq!(world.authority.refreshes(), sends, "the damaged token is not presented");
    store.put(b"");
    let fresh = process(&world, &store);
    fresh.login(&ANN).await.unwrap();
    process(&world, &store).order(7).await.unwrap();
}
