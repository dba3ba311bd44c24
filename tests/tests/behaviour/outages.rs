//! A refresh endpoint that does not answer, or not now: how long anybody waits, and when it is asked again.

use std::future::pending;
use std::time::Duration;

use afresh::{Result, SessionState, Tokens};
use afresh_tests::{Answer, Handling, RequestState, Role, World};
use tokio::time::{Instant, advance};

use crate::api::{ANN, Shop, ShopClient, builder, customer, happened, settled, tokens};

/// A customer whose token has just expired.
fn late_customer(world: &World) -> ShopClient {
    let shop = customer(world);
    world.authority.expire();
    world.guard(403);
    shop
}

async fn assert_fails_for_now(shop: &ShopClient) {
    let error = shop.orders().await.unwrap_err();
    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    assert_eq!(error.rejection().unwrap().status(), 403);
}

/// D5: "not now, in half a minute" is no end of the session, and is respected.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_refused_for_now_is_tried_again_when_the_server_said() {
    // Seconds or a date; less than a second or more than five minutes is not believed.
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
        assert_fails_for_now(&shop).await;

        advance(Duration::from_secs(seconds) - Duration::from_millis(1)).await;
        assert_fails_for_now(&shop).await;
        assert_eq!(world.authority.refreshes(), 1, "refreshes: {status} {said}");
        advance(Duration::from_millis(1)).await;
        shop.orders().await.unwrap();

        assert_eq!(world.authority.refreshes(), 2, "refreshes: {status} {said}");
        assert_eq!(happened(&mut events), ["refresh failed", "refreshed"]);
    }
}

/// D5: a 429 without a word about when, or with nonsense, is like any other failure.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_refused_for_now_without_a_time_is_tried_again_soon() {
    for said in ["", "soon", "-5", "18446744073709551616"] {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.next(Role::Refresh, Handling::retry_after(429, said));
        assert_fails_for_now(&shop).await;
        advance(Duration::from_millis(1100)).await;
        shop.orders().await.unwrap();
    }
}

/// D8: whoever waits for a refresh that is never answered is told so within ten seconds.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_never_answered_is_given_up_within_ten_seconds() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);
    let start = Instant::now();

    let mut calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.orders())).collect();
    for arrival in world.stage.arrivals(100).await {
        arrival.answer(401);
    }
    let refresh = world.authority.parked(Role::Refresh).await;
    advance(Duration::from_secs(4)).await;
    // Those that come later wait for the same refresh, and no longer than the others.
    calls.extend((0..100).map(|_| tokio::spawn(shop.orders())));
    settled().await;
    world.stage.assert_sends(100);
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    }
    assert!(start.elapsed() <= Duration::from_secs(10), "{:?}", start.elapsed());
    // Nobody knows whether the first was processed: it was asked once more.
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

/// D8: the same for a refresher of the user's own.
#[tokio::test(start_paused = true)]
async fn a_refresher_that_never_ends_is_given_up_after_ten_seconds() {
    let world = World::new();
    let never = |_| pending::<Result<Tokens>>();
    let shop = builder(&world).tokens(Tokens::new("old")).refresh_with(never).build().unwrap();
    world.stage.respond(|_| 403);
    let start = Instant::now();

    assert_fails_for_now(&shop).await;

    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// D13: fifty calls in a row during an outage are one question, not fifty.
#[tokio::test(start_paused = true)]
async fn fifty_calls_in_an_outage_ask_once() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.always(Role::Refresh, Handling::instead(503));

    for _ in 0..50 {
        assert_fails_for_now(&shop).await;
    }

    world.stage.assert_sends(50);
    world.authority.assert_refreshes(1);
}

/// D13: in a long outage one caller asks after 1 s, 2 s, 4 s … 60 s, give or take a tenth.
#[tokio::test(start_paused = true)]
async fn an_outage_is_probed_at_growing_intervals_by_one_caller_at_a_time() {
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

/// D13: many clients that fail together do not come back together.
#[tokio::test(start_paused = true)]
async fn the_intervals_of_different_clients_are_spread() {
    let mut waits = Vec::new();
    for _ in 0..20 {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.always(Role::Refresh, Handling::instead(503));
        for _ in 0..120 {
            assert_fails_for_now(&shop).await;
            advance(Duration::from_millis(10)).await;
        }
        let exchanges = world.authority.requests(Role::Refresh);
        waits.push(exchanges[1].at() - exchanges[0].at());
    }
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 1, "all wait {:?}", waits[0]);
}

/// D14: whatever makes a new credential, or another identity, lifts the memory of the failure.
#[tokio::test(start_paused = true)]
async fn a_new_credential_lifts_the_memory_of_a_failed_refresh() {
    for way in ["login", "set", "refresh"] {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.next(Role::Refresh, Handling::retry_after(429, "300"));
        assert_fails_for_now(&shop).await;
        assert_fails_for_now(&shop).await;
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

/// D14: nor does a logout leave anything behind.
#[tokio::test(start_paused = true)]
async fn after_a_logout_nothing_is_remembered_of_a_failed_refresh() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.next(Role::Refresh, Handling::retry_after(429, "300"));
    assert_fails_for_now(&shop).await;

    shop.logout().await.unwrap();

    assert!(shop.orders().await.unwrap_err().is_no_session());
}

/// D16: a token that is still good is used, whatever becomes of its renewal.
#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_in_the_background_is_no_matter_of_those_who_call() {
    let hang = Handling::instead(Answer::hang());
    // A lost answer is asked for again within the one renewal.
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
        // Until even a renewal that is never answered has been given up.
        tokio::time::sleep(Duration::from_secs(10)).await;
        world.stage.assert_sends(50);
        world.authority.assert_refreshes(posts);
        assert_eq!(happened(&mut events), ["refresh failed"]);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
    }
}
