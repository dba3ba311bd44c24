//! Tests a refresh endpoint that does not respond or returns temporary errors: how long calls wait, and when the client
//! refreshes again.

use std::future::pending;
use std::time::Duration;

use afresh::{Result, SessionState, Tokens};
use afresh_tests::{Answer, Handling, RequestState, Role, World};
use tokio::time::{Instant, advance};

use crate::api::{ANN, Shop, ShopClient, builder, event_names, logged_in_client, tokens};
use crate::waiting::settled;

/// Returns a client whose access token has just expired.
fn late_customer(world: &World) -> ShopClient {
    let shop = logged_in_client(world);
    world.authority.expire();
    world.guard(403);
    shop
}

async fn assert_fails_temporarily(shop: &ShopClient) {
    let error = shop.orders().await.unwrap_err();
    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    assert_eq!(error.rejection().unwrap().status(), 403);
}

/// D5: if an error response to a refresh contains `Retry-After`, the session does not end. The next refresh request is
/// sent when the `Retry-After` time has passed.
#[tokio::test(start_paused = true)]
async fn a_refresh_with_retry_after_is_tried_again_at_that_time() {
    // `Retry-After` can be a number of seconds or a date. Whatever the `Retry-After` value is, the client waits at
    // least one second and at most five minutes.
    let cases = [
        (429, "30", 30),
        (503, "30", 30),
        (429, "0", 1),
        (429, "86400", 300),
        (429, "Fri, 31 Dec 2100 23:59:59 GMT", 300),
        (429, "Thu, 01 Jan 1970 00:00:00 GMT", 1),
    ];
    for (status, said, seconds) in cases {
        let world = World::new();
        let shop = late_customer(&world);
        let mut events = shop.session().events();
        world.authority.next(Role::Refresh, Handling::retry_after(status, said));
        assert_fails_temporarily(&shop).await;

        advance(Duration::from_secs(seconds) - Duration::from_millis(1)).await;
        assert_fails_temporarily(&shop).await;
        assert_eq!(world.authority.refreshes(), 1, "refreshes: {status} {said}");
        advance(Duration::from_millis(1)).await;
        shop.orders().await.unwrap();

        assert_eq!(world.authority.refreshes(), 2, "refreshes: {status} {said}");
        assert_eq!(event_names(&mut events), ["refresh failed", "refreshed"]);
    }
}

/// D5: after a 429 response without a valid `Retry-After`, the client waits about one second before it refreshes again.
#[tokio::test(start_paused = true)]
async fn a_429_without_a_valid_retry_after_is_tried_again_soon() {
    for said in ["", "soon", "-5", "18446744073709551616"] {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.next(Role::Refresh, Handling::retry_after(429, said));
        assert_fails_temporarily(&shop).await;
        advance(Duration::from_millis(1100)).await;
        shop.orders().await.unwrap();
    }
}

/// D8: if no response to a refresh arrives, all waiting calls fail within ten seconds.
#[tokio::test(start_paused = true)]
async fn a_refresh_without_an_answer_fails_within_ten_seconds() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let start = Instant::now();

    let mut calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.orders())).collect();
    for arrival in world.stage.arrivals(100).await {
        arrival.answer(401);
    }
    let refresh = world.authority.parked(Role::Refresh).await;
    advance(Duration::from_secs(4)).await;
    // Calls that start during the refresh also wait for the refresh, and fail when the refresh fails.
    calls.extend((0..100).map(|_| tokio::spawn(shop.orders())));
    settled().await;
    world.stage.assert_sends(100);
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    }
    assert!(start.elapsed() <= Duration::from_secs(10), "{:?}", start.elapsed());
    // The client sends the refresh request once more, because the server might not have processed the first request.
    world.stage.assert_sends(100);
    world.authority.assert_refreshes(2);
    world.authority.assert_max_concurrent_refreshes(1);
    assert_eq!(refresh.state(), RequestState::Abandoned);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);

    drop(refresh);
    world.authority.open(Role::Refresh);
    world.authority.expire();
    world.guard(401);
    advance(Duration::from_secs(2)).await;
    shop.orders().await.unwrap();
}

/// D8: a custom refresher that never completes is stopped after ten seconds.
#[tokio::test(start_paused = true)]
async fn a_refresher_that_never_ends_fails_after_ten_seconds() {
    let world = World::new();
    let never = |_| pending::<Result<Tokens>>();
    let shop = builder(&world).tokens(Tokens::new("old")).refresh_with(never).build().unwrap();
    world.stage.respond(|_| 403);
    let start = Instant::now();

    assert_fails_temporarily(&shop).await;

    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// D13: during an outage, fifty consecutive calls cause only one refresh request.
#[tokio::test(start_paused = true)]
async fn fifty_calls_in_an_outage_send_one_refresh() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.always(Role::Refresh, Handling::instead(503));

    for _ in 0..50 {
        assert_fails_temporarily(&shop).await;
    }

    world.stage.assert_sends(50);
    world.authority.assert_refreshes(1);
}

/// D13: during a long outage, refreshes are retried after 1 s, 2 s, 4 s and so on up to 60 s, with each interval
/// randomly varied by up to 10 percent.
#[tokio::test(start_paused = true)]
async fn an_outage_is_probed_at_growing_intervals_by_one_call_at_a_time() {
    const STEP: Duration = Duration::from_millis(250);
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.always(Role::Refresh, Handling::instead(503));

    for _ in 0..2400 {
        let together = [shop.orders(), shop.orders(), shop.orders()].map(tokio::spawn);
        for call in together {
            assert!(call.await.unwrap().unwrap_err().is_refresh());
        }
        advance(STEP).await;
    }

    let exchanges = world.authority.requests(Role::Refresh);
    let waits = exchanges.windows(2).map(|pair| pair[1].at() - pair[0].at());
    let expected = [1, 2, 4, 8, 16, 32].into_iter().chain(std::iter::repeat(60)).map(Duration::from_secs);
    for (wait, expected) in waits.zip(expected) {
        assert!(
            wait >= expected.mul_f64(0.9) && wait <= expected.mul_f64(1.1) + STEP,
            "{wait:?} {expected:?}"
        );
    }
    assert!((13..=16).contains(&exchanges.len()), "{} exchanges", exchanges.len());
    world.authority.assert_max_concurrent_refreshes(1);
}

/// D13: retry intervals are randomized, so clients that fail at the same time do not retry at the same time.
#[tokio::test(start_paused = true)]
async fn the_intervals_of_different_clients_are_spread() {
    let mut waits = Vec::new();
    for _ in 0..20 {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.always(Role::Refresh, Handling::instead(503));
        for _ in 0..120 {
            assert_fails_temporarily(&shop).await;
            advance(Duration::from_millis(10)).await;
        }
        let exchanges = world.authority.requests(Role::Refresh);
        waits.push(exchanges[1].at() - exchanges[0].at());
    }
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 1, "all wait {:?}", waits[0]);
}

/// D14: a login, new tokens, or a direct call to the refresh method resets the backoff.
#[tokio::test(start_paused = true)]
async fn a_new_credential_resets_the_backoff_of_a_failed_refresh() {
    for way in ["login", "set", "refresh"] {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.next(Role::Refresh, Handling::retry_after(429, "300"));
        assert_fails_temporarily(&shop).await;
        assert_fails_temporarily(&shop).await;
        let posts = world.authority.refreshes();

        match way {
            "login" => drop(shop.login(&ANN).await.unwrap()),
            "set" => shop.session().set(tokens(&world.authority.issue())).await.unwrap(),
            _ => drop(shop.refresh(world.authority.refresh(1).into()).await.unwrap()),
        }
        let since = world.authority.refreshes();
        world.authority.expire();
        shop.orders().await.unwrap();

        assert_eq!(posts, 1, "{way}");
        assert_eq!(world.authority.refreshes(), since + 1, "refreshes: {way}");
    }
}

/// D14: a logout resets the backoff that a failed refresh started.
#[tokio::test(start_paused = true)]
async fn a_logout_resets_the_backoff_of_a_failed_refresh() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.next(Role::Refresh, Handling::retry_after(429, "300"));
    assert_fails_temporarily(&shop).await;

    shop.logout().await.unwrap();

    assert!(shop.orders().await.unwrap_err().is_no_session());
}

/// D16: while the access token is valid, calls succeed even if an early refresh fails.
#[tokio::test(start_paused = true)]
async fn a_background_refresh_that_fails_does_not_fail_calls() {
    let hang = Handling::instead(Answer::hang());
    // A refresh request whose response was lost is sent again as part of the same refresh.
    for (handling, posts) in [(Handling::instead(500), 1), (Handling::reset_before(), 3), (hang, 2)] {
        let world = World::new();
        let tokens = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(600));
        let shop = builder(&world).tokens(tokens).build().unwrap();
        let mut events = shop.session().events();
        world.guard(403);
        world.authority.always(Role::Refresh, handling);
        advance(Duration::from_secs(580)).await;

        for _ in 0..50 {
            let reply = shop.orders().await.unwrap();
            assert!(!reply.receipt().is_refreshed() && !reply.receipt().is_replayed());
            advance(Duration::from_millis(10)).await;
        }
        // If no response to a refresh arrives, the refresh fails within ten seconds.
        tokio::time::sleep(Duration::from_secs(10)).await;
        world.stage.assert_sends(50);
        world.authority.assert_refreshes(posts);
        assert_eq!(event_names(&mut events), ["refresh failed"]);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
    }
}
