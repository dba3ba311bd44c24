//! Tests processes that share cookies, like browser tabs: two clients use one [`FakeStore`] that shares cookies.

use std::time::{Duration, SystemTime};

use afresh::{SessionState, Tokens};
use afresh_tests::{Role, World};
use serde_json::json;
use tokio::time::Instant;

use crate::api::{ANN, Shop, ShopClient, builder, order, tokens};
use crate::fake_store::FakeStore;
use crate::waiting::{done, settled};

fn tab(world: &World, store: &FakeStore) -> ShopClient {
    builder(world).store(store.clone()).build().unwrap()
}

fn guarded() -> (World, FakeStore) {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let store = FakeStore::new();
    store.share_cookies();
    (world, store)
}

/// Returns two simulated browser tabs that have both loaded the first tokens issued by the server.
async fn two(world: &World, store: &FakeStore) -> [ShopClient; 2] {
    let both = [(); 2].map(|()| tab(world, store));
    both[0].session().set(tokens(&world.authority.issue())).await.unwrap();
    store.tell();
    settled().await;
    both
}

/// T6: after a login in one tab, the session of another tab is logged in before that tab makes a call.
#[tokio::test(start_paused = true)]
async fn a_login_reaches_a_tab_without_a_call() {
    let (world, store) = guarded();
    let [_, two] = two(&world, &store).await;
    assert_eq!(two.session().state(), SessionState::LoggedIn);
    let three = tab(&world, &store);
    settled().await;
    assert_eq!(three.session().state(), SessionState::LoggedIn);
    world.stage.assert_sends(0);
}

/// T6: a login as a different user replaces the session in all tabs.
#[tokio::test(start_paused = true)]
async fn another_users_login_is_taken_over() {
    let (world, store) = guarded();
    let [one, two] = two(&world, &store).await;
    let other = one.login(&ANN).await.unwrap();
    store.tell();
    settled().await;
    assert_eq!(two.session().tokens(), Some(other));
    two.order(7).await.unwrap();
    world.authority.assert_refreshes(0);
}

/// T6, J4: a call that was sent under the old login is not sent again under the new login.
#[tokio::test(start_paused = true)]
async fn a_call_of_the_old_login_is_not_sent_again() {
    let (world, store) = guarded();
    let [one, two] = two(&world, &store).await;
    world.stage.park();
    let call = tokio::spawn(two.order(7));
    let sent = world.stage.arrival().await;
    one.login(&ANN).await.unwrap();
    store.tell();
    settled().await;
    sent.answer(403);
    let error = done(call).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403), "{error}");
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);
}

/// T7: a logout in one tab ends the session of another tab that is refreshing, and the refreshed tokens are discarded.
#[tokio::test(start_paused = true)]
async fn a_logout_ends_a_refresh_of_another_tab() {
    let (world, store) = guarded();
    let [one, two] = two(&world, &store).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(two.order(7));
    let exchange = world.authority.parked(Role::Refresh).await;
    one.session().clear().await.unwrap();
    store.tell();
    settled().await;
    assert_eq!(two.session().state(), SessionState::LoggedOut);
    assert!(done(call).await.unwrap_err().is_no_session());
    exchange.release();
    settled().await;
    assert_eq!(two.session().state(), SessionState::LoggedOut);
    assert!(store.record()["session"].is_null());
}

/// Stores the record that is left in the store if a tab is closed during a refresh. `age` is the time since the refresh
/// started.
fn closed_during_a_refresh(store: &FakeStore, age: Duration) {
    let started = SystemTime::now() - age;
    let started = started.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let started = u64::try_from(started).unwrap();
    let record = json!({
        "afresh": 1,
        "session": store.record()["session"],
        "intent": { "fence": 0, "started": started },
    });
    store.put(record.to_string().as_bytes());
}

/// Makes a call that has to refresh the session first, and returns the duration of the call.
async fn wait_before_refresh(world: &World, tab: &ShopClient) -> Duration {
    world.authority.expire();
    let begun = Instant::now();
    tab.order(7).await.unwrap();
    begun.elapsed()
}

/// T2: if another tab was closed while it was refreshing the session, the next tab waits before it refreshes, because
/// the response to the closed tab's request can still set new cookies.
#[tokio::test(start_paused = true)]
async fn the_refresh_after_that_of_a_closed_tab_waits_for_a_second() {
    let (world, store) = guarded();
    let [_, two] = two(&world, &store).await;
    closed_during_a_refresh(&store, Duration::from_secs(2));
    let waited = wait_before_refresh(&world, &two).await;
    assert!(waited >= Duration::from_secs(1) && waited < Duration::from_secs(2), "{waited:?}");
    let waited = wait_before_refresh(&world, &two).await;
    assert!(waited < Duration::from_millis(100), "{waited:?}");
    world.authority.assert_refreshes(2);
}

/// T2: an old record of an interrupted refresh does not delay the next refresh. If each process has its own cookies, a
/// recent record of an interrupted refresh does not delay the next refresh.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_was_lost_long_ago_delays_nothing() {
    let (world, store) = guarded();
    let [_, two] = two(&world, &store).await;
    closed_during_a_refresh(&store, Duration::from_secs(60));
    let waited = wait_before_refresh(&world, &two).await;
    assert!(waited < Duration::from_millis(100), "{waited:?}");

    let (world, store) = (World::new(), FakeStore::new());
    world.guard_with(403, |_| order(7));
    let [_, two] = two_with_cookies_of_their_own(&world, &store).await;
    closed_during_a_refresh(&store, Duration::from_secs(2));
    let waited = wait_before_refresh(&world, &two).await;
    assert!(waited < Duration::from_millis(100), "{waited:?}");
}

async fn two_with_cookies_of_their_own(world: &World, store: &FakeStore) -> [ShopClient; 2] {
    let both = [(); 2].map(|()| tab(world, store));
    both[0].session().set(tokens(&world.authority.issue())).await.unwrap();
    both[1].session().load().await.unwrap();
    assert!(both[1].session().tokens().as_ref().and_then(Tokens::access_token).is_some());
    both
}
