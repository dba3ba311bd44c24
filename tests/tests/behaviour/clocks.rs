//! Tests early refreshes: when they start, and that calls do not wait for them while the token is valid. The tests run
//! with Tokio's clock paused.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use tokio::runtime::Handle;
use tokio::time::{Instant, advance};

use crate::api::{ANN, Shop, ShopClient, logged_out_client, order};
use crate::waiting::{done, settled};

pub const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

pub const YEAR: Duration = seconds(365 * 24 * 3600);

/// Returns a fake server whose access tokens have the given lifetime, and a logged-in client.
async fn logged_in(lifetime: Duration) -> (World, ShopClient) {
    let world = World::with(AuthorityConfig { lifetime: Some(lifetime), ..AuthorityConfig::default() });
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    (world, shop)
}

/// H1: shortly before a token expires, one refresh starts in the background, and calls do not wait for it.
#[tokio::test(start_paused = true)]
async fn shortly_before_the_expiry_one_refresh_starts_and_calls_go_on() {
    let (world, shop) = logged_in(seconds(600)).await;
    world.authority.hold(Role::Refresh);
    advance(seconds(580)).await;
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.order(7))).collect();
    for call in calls {
        done(call).await.unwrap();
    }
    let exchange = world.authority.parked(Role::Refresh).await;
    world.stage.assert_sends(100);
    world.authority.assert_refreshes(1);
    let first = world.authority.access(1);
    assert!(world.stage.log().iter().all(|seen| seen.token() == Some(&first)));

    exchange.release();
    settled().await;
    world.authority.open(Role::Refresh);
    shop.order(7).await.unwrap();
    assert_eq!(world.stage.log().last().unwrap().token(), Some(&*world.authority.access(2)));
    world.stage.assert_sends(101);
    world.authority.assert_refreshes(1);
}

/// H1: if a token expires during its background refresh, later calls wait for the refresh.
#[tokio::test(start_paused = true)]
async fn calls_wait_for_a_background_refresh_once_the_token_has_expired() {
    let (world, shop) = logged_in(seconds(60)).await;
    world.authority.hold(Role::Refresh);
    advance(seconds(59)).await;
    shop.order(7).await.unwrap();
    let exchange = world.authority.parked(Role::Refresh).await;
    advance(seconds(1)).await;
    let call = tokio::spawn(shop.order(7));
    settled().await;
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    exchange.release();
    done(call).await.unwrap();
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// H2: after a token has expired, calls wait for the refresh before they are sent.
#[tokio::test(start_paused = true)]
async fn after_the_expiry_no_call_is_sent_before_the_refresh() {
    for late in [seconds(600), seconds(601), YEAR] {
        let (world, shop) = logged_in(seconds(600)).await;
        world.authority.hold(Role::Refresh);
        advance(late).await;
        let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
        let exchange = world.authority.parked(Role::Refresh).await;
        settled().await;
        world.stage.assert_sends(0);
        exchange.release();
        for call in calls {
            done(call).await.unwrap();
        }
        world.stage.assert_sends(10);
        world.authority.assert_refreshes(1);
    }
}

/// H3: an early refresh starts when a fifth of the lifetime remains, or 30 s if that is shorter. The time between an
/// early refresh and the token's expiration is randomly increased by up to 20 percent.
#[tokio::test(start_paused = true)]
async fn the_margin_is_a_part_of_the_lifetime() {
    let margins = [
        (seconds(1), Duration::from_millis(245), Duration::from_millis(195)),
        (seconds(60), Duration::from_millis(14_500), Duration::from_millis(11_900)),
        (seconds(3600), Duration::from_millis(36_500), Duration::from_millis(29_900)),
    ];
    for (lifetime, outside, inside) in margins {
        let (world, shop) = logged_in(lifetime).await;
        let received = Instant::now();
        tokio::time::sleep_until(received + lifetime - outside).await;
        shop.order(7).await.unwrap();
        settled().await;
        assert_eq!(world.authority.refreshes(), 0, "refreshes: {outside:?} before {lifetime:?} are over");
        tokio::time::sleep_until(received + lifetime - inside).await;
        shop.order(7).await.unwrap();
        settled().await;
        assert_eq!(world.authority.refreshes(), 1, "refreshes: {inside:?} before {lifetime:?} are over");
        assert_eq!(world.stage.sends(), 2, "requests at the API: no call was refused");
    }
}

/// H13: while early refreshes fail, calls are still sent with the valid token. Failed early refreshes are retried at
/// increasing intervals.
#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_is_retried_at_growing_intervals() {
    let (world, shop) = logged_in(seconds(600)).await;
    world.authority.always(Role::Refresh, Handling::instead(503));
    advance(seconds(571)).await;
    for _ in 0..100 {
        shop.order(7).await.unwrap();
        settled().await;
    }
    assert_eq!(
        world.authority.refreshes(),
        1,
        "refreshes: no refresh is sent in the second after the first failure"
    );
    for _ in 0..280 {
        shop.order(7).await.unwrap();
        advance(Duration::from_millis(100)).await;
    }
    let posts = world.authority.refreshes();
    assert!(
        (4..=6).contains(&posts),
        "the pauses are 1, 2, 4, 8 s and so on, but there were {posts} refreshes"
    );
    assert_eq!(world.stage.sends(), 380, "requests at the API: no call was refused");
    assert_eq!(shop.session().state(), SessionState::LoggedIn);

    world.authority.always(Role::Refresh, Handling::Normal);
    advance(seconds(60)).await;
    shop.order(7).await.unwrap();
    world.authority.assert_granted(1);
}

/// H13: an early refresh respects the `Retry-After` header of the refresh endpoint.
#[tokio::test(start_paused = true)]
async fn an_early_refresh_respects_retry_after() {
    let (world, shop) = logged_in(seconds(600)).await;
    world.authority.next(Role::Refresh, Handling::instead(Answer::new(429).header("retry-after", "20")));
    advance(seconds(571)).await;
    for _ in 0..19 {
        shop.order(7).await.unwrap();
        settled().await;
        advance(seconds(1)).await;
    }
    world.authority.assert_refreshes(1);
    advance(seconds(1)).await;
    shop.order(7).await.unwrap();
    settled().await;
    world.authority.assert_refreshes(2);
    world.authority.assert_granted(1);
}

/// H14: a client that makes no calls has no background task and does not refresh.
#[tokio::test(start_paused = true)]
async fn an_idle_client_has_no_task_and_refreshes_nothing() {
    let (world, shop) = logged_in(seconds(600)).await;
    shop.order(7).await.unwrap();
    world.authority.expire();
    shop.order(7).await.unwrap();
    world.authority.assert_refreshes(1);
    settled().await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    advance(30 * seconds(24 * 3600)).await;
    settled().await;
    world.authority.assert_refreshes(1);
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0, "running tasks");
}
