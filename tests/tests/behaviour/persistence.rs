//! Tests one process and its store: the session is loaded on demand, changes are stored in order, and a failing store
//! does not end the session.

use std::time::Duration;

use afresh::{FileStore, SessionEvent, SessionState, Tokens};
use afresh_tests::{Handling, Role, World};
use tokio::runtime::Builder;

use crate::api::{
    ANN, CookieShop, CookieShopClient, ORIGIN, Shop, ShopClient, builder, event_names, order, tokens,
};
use crate::fake_store::{FakeStore, Fault, Operation};
use crate::transports::ConnectTo;
use crate::waiting::{done, next_event, settled};
use afresh_tests::AuthorityConfig;

/// Returns a client that loads its session from the store.
fn process(world: &World, store: &FakeStore) -> ShopClient {
    builder(world).store(store.clone()).build().unwrap()
}

/// Returns a store in which an earlier process has stored the first tokens issued by the server.
async fn left_behind(world: &World) -> FakeStore {
    let store = FakeStore::new();
    let shop = process(world, &store);
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    store
}

fn guarded() -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world
}

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

fn tokens_of(world: &World, number: usize) -> Tokens {
    Tokens::new(world.authority.access(number)).with_refresh(world.authority.refresh(number))
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

#[tokio::test(start_paused = true)]
async fn a_login_and_a_logout_are_stored_before_they_return() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = process(&world, &store);
    let fresh = shop.login(&ANN).await.unwrap();
    assert_eq!(store.access().as_deref(), Some(fresh.access_token().unwrap().secret()));
    let next = process(&world, &store);
    next.order(7).await.unwrap();
    shop.logout().await.unwrap();
    assert!(store.record()["session"].is_null());
    assert!(process(&world, &store).order(7).await.unwrap_err().is_no_session());
}

/// If a login cannot be stored, the login call returns an error, but the session is logged in. If a session cannot be
/// stored, the client tries to store it again later.
#[tokio::test(start_paused = true)]
async fn a_login_that_cannot_be_stored_returns_an_error_and_is_stored_later() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = process(&world, &store);
    let mut events = shop.session().events();
    store.always(Operation::Swap, Some(Fault::Fail));
    assert!(shop.login(&ANN).await.unwrap_err().is_store());
    shop.order(7).await.unwrap();
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::LoggedIn)));
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::StoreFailed(_))));
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(events.try_next().is_none(), "the failed write emits one event");
    store.always(Operation::Swap, None);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(store.access(), Some(world.authority.access(1)));
}

/// S5: if a session changes several times while a write is in progress, only the last change is written afterwards.
#[tokio::test(start_paused = true)]
async fn an_older_write_does_not_overtake_a_newer_one() {
    let world = guarded();
    let store = FakeStore::new();
    let shop = process(&world, &store);
    store.hold(Operation::Swap);
    for number in 0..5 {
        drop(shop.session().set(Tokens::new(format!("token-{number}"))));
        settled().await;
    }
    drop(shop.session().clear());
    let last = shop.session().set(Tokens::new("last"));
    store.open(Operation::Swap);
    last.await.unwrap();
    settled().await;
    assert_eq!(store.access().as_deref(), Some("last"));
    assert_eq!(store.history().len(), 2, "outdated changes are not written");
}

/// Tokens passed to the builder replace the stored session, even if the client was built outside a Tokio runtime.
#[test]
fn tokens_given_to_the_builder_replace_what_is_stored() {
    let world = guarded();
    let store = FakeStore::new();
    let given = tokens(&world.authority.issue());
    let shop = builder(&world).store(store.clone()).tokens(given).build().unwrap();
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        store.put(br#"{"afresh":1,"session":{"login":"old","generation":9,"access":"old"}}"#);
        shop.order(7).await.unwrap();
        settled().await;
        assert_eq!(store.access(), Some(world.authority.access(1)));
    });
}

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

/// P3: a session's cookies are stored, including cookies set by the response to an ordinary call.
#[tokio::test(start_paused = true)]
async fn cookies_are_stored_with_the_session() {
    let world = World::with(AuthorityConfig::cookie());
    let store = FakeStore::new();
    let start =
        || CookieShopClient::builder(ORIGIN).connect_to(world.clone()).store(store.clone()).build().unwrap();
    start().login(&ANN).await.unwrap();
    let shop = start();
    let call = tokio::spawn(shop.order(7));
    let extra = afresh_tests::Answer::json(200, serde_json::json!({ "id": 7 }))
        .header("set-cookie", "seen=1; Path=/");
    world.stage.arrival().await.answer_with(extra);
    done(call).await.unwrap();
    settled().await;
    world.guard_with(403, |_| order(7));
    world.authority.expire();
    let next = start();
    next.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    assert!(world.stage.log().last().unwrap().cookie("seen").is_some());
}

/// S4: a command-line program with a `FileStore` is still logged in the next time it runs, and it refreshes if its
/// access token has expired.
#[tokio::test]
async fn a_tool_is_still_logged_in_at_its_next_run() {
    let folder = std::env::temp_dir().join(format!("afresh-runs-{}", std::process::id()));
    let world = guarded();
    let start = || builder(&world).store(FileStore::new(folder.join("session"))).build().unwrap();
    start().login(&ANN).await.unwrap();
    for _ in 0..3 {
        start().order(7).await.unwrap();
        world.authority.expire();
    }
    start().order(7).await.unwrap();
    world.authority.assert_logins(1);
    world.authority.assert_refreshes(3);
    start().logout().await.unwrap();
    assert_eq!(start().session().load().await.unwrap(), SessionState::LoggedOut);
    std::fs::remove_dir_all(folder).unwrap();
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
