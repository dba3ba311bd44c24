//! Tests refreshes that the program starts with `Session::refresh`.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Handling, Role, World};
use tokio::time::advance;

use crate::api::{Shop, builder, event_names, logged_in_client, tokens};
use crate::waiting::{done, settled};

const SECOND: Duration = Duration::from_secs(1);

/// D13: until the `Retry-After` time has passed, a manual refresh fails without sending a request, and the session is
/// kept.
#[tokio::test(start_paused = true)]
async fn a_manual_refresh_respects_retry_after() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.next(Role::Refresh, Handling::retry_after(429, "30"));
    for _ in 0..3 {
        assert!(shop.session().refresh().await.unwrap_err().is_refresh());
    }
    advance(29 * SECOND).await;
    assert!(shop.session().refresh().await.unwrap_err().is_refresh());
    world.authority.assert_refreshes(1);
    advance(SECOND).await;
    shop.session().refresh().await.unwrap();
    world.authority.assert_refreshes(2);
}

/// D13: during a long backoff, a manual refresh can start one second after the last failure.
#[tokio::test(start_paused = true)]
async fn a_manual_refresh_shortens_the_clients_own_backoff_to_a_second() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);
    world.authority.always(Role::Refresh, Handling::instead(503));
    for wait in [1, 2, 4, 8, 16, 32] {
        assert!(shop.orders().await.unwrap_err().is_refresh());
        advance(SECOND.mul_f64(1.1 * f64::from(wait))).await;
    }
    assert!(shop.orders().await.unwrap_err().is_refresh());
    let posts = world.authority.refreshes();
    advance(SECOND).await;
    assert!(shop.orders().await.unwrap_err().is_refresh());
    assert_eq!(world.authority.refreshes(), posts, "refreshes: calls refresh once a minute");

    world.authority.always(Role::Refresh, Handling::Normal);
    shop.session().refresh().await.unwrap();
    shop.orders().await.unwrap();
    world.authority.assert_refreshes(posts + 1);
    world.authority.assert_granted(1);
}

/// D13: manual refreshes in a loop send at most about one request per second and do not make calls wait longer.
#[tokio::test(start_paused = true)]
async fn a_loop_of_manual_refreshes_is_one_request_a_second() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);
    world.authority.always(Role::Refresh, Handling::instead(503));
    for _ in 0..50 {
        assert!(shop.session().refresh().await.unwrap_err().is_refresh());
    }
    world.authority.assert_refreshes(1);
    for _ in 0..600 {
        assert!(shop.session().refresh().await.unwrap_err().is_refresh());
        advance(SECOND / 10).await;
    }
    assert!((55..=66).contains(&world.authority.refreshes()), "{}", world.authority.refreshes());

    world.authority.always(Role::Refresh, Handling::Normal);
    advance(66 * SECOND).await;
    shop.orders().await.unwrap();
}

/// B14, D13: if a refresh is already in progress, a manual refresh waits for it instead of sending another request.
#[tokio::test(start_paused = true)]
async fn a_manual_refresh_joins_a_refresh_in_progress() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let session = shop.session().clone();
            tokio::spawn(async move { session.refresh().await })
        })
        .collect();
    let exchange = world.authority.parked(Role::Refresh).await;
    settled().await;
    exchange.release();
    for call in calls {
        let renewed = done(call).await.unwrap();
        assert_eq!(renewed.access_token().unwrap().secret(), world.authority.access(2));
    }
    world.authority.assert_refreshes(1);
}

/// D15: if the server rejects the refresh token during a manual refresh, the session ends immediately.
#[tokio::test(start_paused = true)]
async fn a_manual_refresh_that_is_rejected_ends_the_session() {
    let world = World::new();
    let tokens = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(600));
    let shop = builder(&world).tokens(tokens).build().unwrap();
    let mut events = shop.session().events();
    world.authority.revoke();
    for _ in 0..3 {
        assert!(shop.session().refresh().await.unwrap_err().is_session_expired());
    }
    assert_eq!(shop.session().state(), SessionState::Expired);
    world.authority.assert_refreshes(1);
    assert_eq!(event_names(&mut events), ["expired"]);
}

/// W10: a logout ends a refresh before the refresh sends the refresh token. A logout that the server refuses starts
/// another refresh and is sent again.
#[tokio::test(start_paused = true)]
async fn a_refused_logout_starts_a_refresh_if_the_ended_refresh_has_sent_nothing() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.authority.next(Role::Logout, Handling::instead(401));
    let (refreshed, logged_out) = tokio::join!(shop.session().refresh(), shop.logout());
    assert!(refreshed.unwrap_err().is_no_session());
    logged_out.unwrap();
    world.authority.assert_refreshes(1);
    world.authority.assert_logouts(2);
    world.authority.assert_reuses(0);
    assert_eq!(shop.session().state(), SessionState::LoggedOut);
}
