//! Tests `keep_fresh`, which refreshes a session, even if no calls are made, until the guard that `keep_fresh` returned
//! is dropped.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{AuthorityConfig, Handling, Role, World};
use tokio::runtime::Handle;
use tokio::time::advance;

use crate::api::{ANN, Shop, ShopClient, event_names, logged_out_client};
use crate::waiting::settled;

const MINUTE: Duration = Duration::from_secs(60);

async fn logged_in() -> (World, ShopClient) {
    let world = World::with(AuthorityConfig { lifetime: Some(10 * MINUTE), ..AuthorityConfig::default() });
    world.guard(403);
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    (world, shop)
}

/// Advances the clock in small steps, so that all timers fire.
async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
    settled().await;
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// H14: if no calls are made, each token is refreshed once, shortly before it expires. After `stop` is called on the
/// `keep_fresh` guard, the session is not refreshed again and no background task runs.
#[tokio::test(start_paused = true)]
async fn a_session_is_kept_fresh_until_stop_is_called() {
    let (world, shop) = logged_in().await;
    let fresh = shop.session().keep_fresh().unwrap();
    wait(9 * MINUTE).await;
    world.authority.assert_refreshes(0);
    assert_eq!(tasks(), 1, "running tasks");
    wait(MINUTE).await;
    world.authority.assert_refreshes(1);
    wait(90 * MINUTE).await;
    assert!((9..=11).contains(&world.authority.refreshes()), "{}", world.authority.refreshes());
    assert!(!shop.orders().await.unwrap().receipt().is_refreshed());
    world.stage.assert_sends(1);

    let posts = world.authority.refreshes();
    fresh.stop();
    wait(90 * MINUTE).await;
    world.authority.assert_refreshes(posts);
    assert_eq!(tasks(), 0, "running tasks");
}

/// D20, H14: a token with a very short lifetime is refreshed at most about twice per minute.
#[tokio::test(start_paused = true)]
async fn tokens_with_a_very_short_lifetime_are_not_refreshed_in_a_loop() {
    let lifetime = Some(Duration::from_secs(1));
    let world = World::with(AuthorityConfig { lifetime, ..AuthorityConfig::default() });
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    let _fresh = shop.session().keep_fresh().unwrap();
    wait(60 * MINUTE).await;
    assert!((100..=121).contains(&world.authority.refreshes()), "{}", world.authority.refreshes());
}

/// H14: dropping the guard prevents further refreshes, but a refresh in progress completes.
#[tokio::test(start_paused = true)]
async fn a_dropped_guard_stops_but_a_refresh_in_progress_finishes() {
    let (world, shop) = logged_in().await;
    world.authority.hold(Role::Refresh);
    let fresh = shop.session().keep_fresh().unwrap();
    wait(Duration::from_secs(599)).await;
    let exchange = world.authority.parked(Role::Refresh).await;
    drop(fresh);
    exchange.release();
    settled().await;
    let current = shop.session().tokens().unwrap();
    assert_eq!(current.access_token().unwrap().secret(), world.authority.access(2));
    assert_eq!(tasks(), 0);
}

/// H14, H13: during an outage, refreshes are retried at increasing intervals. A logout stops the background refreshes,
/// and a login starts them again.
#[tokio::test(start_paused = true)]
async fn the_guard_continues_after_outages_logouts_and_logins() {
    let (world, shop) = logged_in().await;
    let _fresh = shop.session().keep_fresh().unwrap();
    world.authority.always(Role::Refresh, Handling::instead(503));
    wait(20 * MINUTE).await;
    let posts = world.authority.refreshes();
    assert!((10..=20).contains(&posts), "{posts}");
    world.authority.always(Role::Refresh, Handling::Normal);
    wait(2 * MINUTE).await;
    world.authority.assert_granted(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);

    shop.logout().await.unwrap();
    let posts = world.authority.refreshes();
    wait(60 * MINUTE).await;
    world.authority.assert_refreshes(posts);

    shop.login(&ANN).await.unwrap();
    wait(10 * MINUTE).await;
    world.authority.assert_granted(2);
}

/// H14, D16: once the server has rejected the refresh token, no more refreshes are sent, and the session ends when its
/// access token is refused.
#[tokio::test(start_paused = true)]
async fn the_guard_stops_after_the_refresh_token_is_rejected() {
    let (world, shop) = logged_in().await;
    let mut events = shop.session().events();
    let _fresh = shop.session().keep_fresh().unwrap();
    world.authority.revoke();
    wait(60 * MINUTE).await;
    world.authority.assert_refreshes(1);
    assert!(shop.orders().await.unwrap_err().is_session_expired());
    assert_eq!(event_names(&mut events), ["refresh failed", "expired"]);
}

/// H14, F6: the `keep_fresh` guard does not keep the session alive, and the guard's background task ends with the
/// session.
#[tokio::test(start_paused = true)]
async fn a_guard_without_a_session_ends() {
    let (world, shop) = logged_in().await;
    let fresh = shop.session().keep_fresh().unwrap();
    drop(shop);
    advance(MINUTE).await;
    settled().await;
    assert_eq!(tasks(), 0, "running tasks");
    world.authority.assert_refreshes(0);
    drop(fresh);
}
