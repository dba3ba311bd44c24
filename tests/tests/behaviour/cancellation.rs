//! A refresh does not depend on the calls that wait for it, so callers can drop these calls.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use afresh::{SessionEvent, SessionState, Tokens};
use afresh_tests::{Answer, Authority, AuthorityConfig, Role, World};
use futures_util::poll;
use serde_json::json;
use tokio::time::Instant;
use tower::{ServiceExt, service_fn};

use crate::api::{ORIGIN, Shop, ShopClient, builder, event_names, logged_in_client, order, tokens};
use crate::waiting::{done, drop_call, next_event, settled};

/// Asserts that exactly one refresh was made, and that the next call uses the new tokens.
async fn assert_refreshed_once(world: &World, shop: &ShopClient) {
    let second = Tokens::new(world.authority.access(2)).with_refresh(world.authority.refresh(2));
    assert_eq!(shop.session().tokens(), Some(second));
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    world.guard_with(403, |_| order(7));
    assert_eq!(shop.order(7).await.unwrap().id, 7);
    world.authority.assert_refreshes(1);
    world.authority.assert_granted(1);
}

/// F1: a call that is dropped before its response is read does not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_its_refusal_is_read_starts_no_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    drop(shop.order(1));
    settled().await;
    assert_eq!(world.stage.sends(), 0, "requests at the API: a call is sent when it is polled");

    let call = tokio::spawn(shop.order(2));
    let mut arrival = world.stage.arrival().await;
    drop_call(call).await;
    arrival.abandoned().await;
    arrival.answer(403);
    settled().await;
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);

    world.guard_with(403, |_| order(3));
    assert_eq!(shop.order(3).await.unwrap().id, 3, "the session is unchanged");
}

/// F1: a refresh completes even if the only waiting call is dropped while the refresh request or its response is in
/// transit.
#[tokio::test(start_paused = true)]
async fn a_refresh_completes_after_its_only_call_is_dropped() {
    let holds: [fn(&Authority, Role); 2] = [Authority::hold, Authority::hold_processed];
    for hold in holds {
        let world = World::new();
        let shop = logged_in_client(&world);
        let mut events = shop.session().events();
        hold(&world.authority, Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        let (refusal, body) = Answer::streamed(403);
        world.stage.arrival().await.answer_with(refusal);
        let exchange = world.authority.parked(Role::Refresh).await;
        drop_call(call).await;
        body.closed().await;
        assert_eq!(shop.session().state(), SessionState::Refreshing);
        exchange.release();
        assert!(matches!(next_event(&mut events).await, Some(SessionEvent::Refreshed)));
        world.authority.open(Role::Refresh);
        assert_refreshed_once(&world, &shop).await;
        assert_eq!(world.stage.sends(), 2, "requests at the API: the dropped call was not sent again");
    }
}

/// F1: the tokens from a refresh are kept even if the call is dropped while its second request or the response to that
/// request is in transit.
#[tokio::test(start_paused = true)]
async fn the_new_tokens_stay_when_the_call_is_dropped_during_its_second_send() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let replay = world.stage.arrival().await;
    drop_call(call).await;
    assert!(replay.is_abandoned());
    assert_refreshed_once(&world, &shop).await;

    world.stage.park();
    let call = tokio::spawn(shop.order(8));
    let (answer, body) = Answer::streamed(200);
    world.stage.arrival().await.answer_with(answer);
    assert!(body.send("{\"id\""));
    settled().await;
    drop_call(call).await;
    body.closed().await;
    assert_refreshed_once(&world, &shop).await;
}

/// F2: if a thousand calls wait for a refresh and 999 of them are dropped, the remaining call succeeds.
#[tokio::test(start_paused = true)]
async fn the_last_of_a_thousand_waiting_calls_is_answered() {
    for survivor in [0, 637, 999] {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.authority.hold(Role::Refresh);
        let mut calls: Vec<_> = (0..1000).map(|id| tokio::spawn(shop.order(id))).collect();
        for arrival in world.stage.arrivals(1000).await {
            arrival.answer(403);
        }
        let exchange = world.authority.parked(Role::Refresh).await;
        settled().await;
        let last = calls.remove(survivor);
        for call in calls {
            drop_call(call).await;
        }
        world.stage.respond(move |_| order(survivor as u64));
        exchange.release();
        assert_eq!(done(last).await.unwrap().id, survivor as u64);
        world.stage.assert_sends(1001);
        world.authority.assert_refreshes(1);
    }
}

/// F3: a refresh completes even if the call that started it is dropped before the refresh is first polled.
#[tokio::test(start_paused = true)]
async fn a_refresh_completes_if_its_call_is_dropped_before_the_first_poll() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    {
        let mut call = pin!(shop.order(7));
        assert!(poll!(&mut call).is_pending());
        world.stage.arrival().await.answer(403);
        assert!(poll!(&mut call).is_pending());
        assert_eq!(shop.session().state(), SessionState::Refreshing);
        assert_eq!(world.authority.refreshes(), 0, "refreshes: the refresh was started and not polled yet");
    }
    world.authority.parked(Role::Refresh).await.release();
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::Refreshed)));
    assert_refreshed_once(&world, &shop).await;
}

/// F4: a call that is dropped while it waits for a refresh is not sent again.
#[tokio::test(start_paused = true)]
async fn a_call_dropped_while_it_waits_is_not_sent_again() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let [stays, leaves] = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    for arrival in world.stage.arrivals(2).await {
        arrival.answer(403);
    }
    let exchange = world.authority.parked(Role::Refresh).await;
    settled().await;
    drop_call(leaves).await;
    exchange.release();
    let replay = world.stage.arrival().await;
    assert_eq!(replay.path(), "/orders/1");
    replay.answer_with(order(1));
    assert_eq!(done(stays).await.unwrap().id, 1);
    settled().await;
    assert_eq!(world.stage.routes(), ["GET /orders/1", "GET /orders/2", "GET /orders/1"]);
}

/// F5: if the first waiting call is dropped, the refresh continues, and later calls wait for that refresh.
#[tokio::test(start_paused = true)]
async fn dropping_the_first_waiting_call_starts_no_second_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let [first, second] = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    let mut arrivals = world.stage.arrivals(2).await.into_iter();
    arrivals.next().unwrap().answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    drop_call(first).await;
    arrivals.next().unwrap().answer(401);
    settled().await;
    world.authority.assert_refreshes(1);
    assert_eq!(world.authority.waiting(Role::Refresh), 0, "requests parked");
    world.stage.respond(|_| order(2));
    exchange.release();
    assert_eq!(done(second).await.unwrap().id, 2);
    assert_refreshed_once(&world, &shop).await;
}

/// F6: if all client handles are dropped, the refresh still completes, and the session is then freed.
#[tokio::test(start_paused = true)]
async fn a_session_without_handles_finishes_its_refresh_and_is_freed() {
    let world = World::new();
    let (alive, service) = (Arc::new(()), world.service());
    let transport = service_fn({
        let alive = alive.clone();
        move |request| {
            let _as_long_as_the_client = &alive;
            service.clone().oneshot(request)
        }
    });
    let issued = tokens(&world.authority.issue());
    let shop = ShopClient::builder(ORIGIN).transport(transport).tokens(issued).build().unwrap();
    let mut events = shop.session().events();
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let exchange = world.authority.parked(Role::Refresh).await;
    drop_call(call).await;
    drop(shop);
    assert!(Arc::strong_count(&alive) > 1, "the refresh keeps the transport alive");
    exchange.release();
    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::Refreshed)));
    assert!(next_event(&mut events).await.is_none());
    assert_eq!(Arc::strong_count(&alive), 1, "remaining references");
    world.authority.assert_granted(1);
}

/// F8, A10: a call's deadline includes the time spent waiting for a refresh. The refresh has its own deadline, so it
/// completes after the call has timed out.
#[tokio::test(start_paused = true)]
async fn a_refresh_outlives_the_deadline_of_its_call() {
    let world =
        World::with(AuthorityConfig { delay: Some(Duration::from_secs(4)), ..AuthorityConfig::default() });
    let issued = tokens(&world.authority.issue());
    let shop = builder(&world).tokens(issued).timeout(Duration::from_secs(3)).build().unwrap();
    let mut events = shop.session().events();
    let started = Instant::now();
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let error = done(call).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.rejection().unwrap().status(), 403, "the timeout error contains the refusal");
    assert_eq!(started.elapsed(), Duration::from_secs(3));
    assert_eq!(error.method(), Some("Shop::order"));
    world.stage.assert_sends(1);
    assert_eq!(event_names(&mut events), ["logged in"; 0]);

    assert!(matches!(next_event(&mut events).await, Some(SessionEvent::Refreshed)));
    assert_eq!(started.elapsed(), Duration::from_secs(4));
    assert_refreshed_once(&world, &shop).await;
}

/// A10: one deadline covers a call's first request, the refresh, the second request and the response body.
#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_call_covers_both_sends_and_the_body() {
    let world =
        World::with(AuthorityConfig { delay: Some(Duration::from_secs(2)), ..AuthorityConfig::default() });
    let issued = tokens(&world.authority.issue());
    let shop = builder(&world).tokens(issued).timeout(Duration::from_secs(3)).build().unwrap();
    let started = Instant::now();
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(403);
    let answer = Answer::json(200, json!({ "id": 7 })).then_hang();
    world.stage.arrival().await.answer_with(answer);
    assert_eq!(started.elapsed(), Duration::from_secs(2));
    assert!(done(call).await.unwrap_err().is_timeout());
    assert_eq!(started.elapsed(), Duration::from_secs(3));
}
