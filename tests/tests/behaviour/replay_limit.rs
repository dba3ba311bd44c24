//! Tests the limit on how many calls are sent again concurrently after a refresh.

use std::time::Duration;

use afresh_tests::{Answer, Role, World};
use tokio::time::advance;

use crate::api::{Shop, ShopClient, builder, order, tokens};
use crate::waiting::{done, settled};

fn limited(world: &World, limit: usize) -> ShopClient {
    builder(world).tokens(tokens(&world.authority.issue())).replay_limit(limit).build().unwrap()
}

/// B16: after a refresh, two hundred refused calls are sent again, with at most thirty-two in progress at a time.
#[tokio::test(start_paused = true)]
async fn calls_are_sent_again_within_the_concurrency_limit() {
    let world = World::new();
    let shop = limited(&world, 32);
    let calls: Vec<_> = (0..200).map(|_| tokio::spawn(shop.order(7))).collect();
    for arrival in world.stage.arrivals(200).await {
        arrival.answer(403);
    }
    let mut replayed = 0;
    while replayed < 200 {
        settled().await;
        let waiting = world.stage.waiting();
        assert_eq!(waiting, 32.min(200 - replayed));
        for arrival in world.stage.arrivals(waiting).await {
            arrival.answer_with(order(7));
        }
        replayed += waiting;
    }
    for call in calls {
        done(call).await.unwrap();
    }
    world.stage.assert_sends(400);
    world.authority.assert_refreshes(1);
}

/// B16, B2: the limit on concurrent repeated calls also applies to calls that wait for a refresh before their first
/// request.
#[tokio::test(start_paused = true)]
async fn calls_that_waited_before_the_first_send_respect_the_limit_too() {
    let world = World::new();
    let shop = limited(&world, 32);
    world.authority.hold(Role::Refresh);
    let first = tokio::spawn(shop.order(7));
    let invalid = Answer::new(401).header("www-authenticate", "Bearer error=\"invalid_token\"");
    world.stage.arrival().await.answer_with(invalid);
    let exchange = world.authority.parked(Role::Refresh).await;
    let late: Vec<_> = (1..200).map(|_| tokio::spawn(shop.order(7))).collect();
    settled().await;
    world.stage.assert_sends(1);
    exchange.release();
    let mut sent = 0;
    while sent < 200 {
        settled().await;
        let waiting = world.stage.waiting();
        assert_eq!(waiting, 32.min(200 - sent));
        for arrival in world.stage.arrivals(waiting).await {
            arrival.answer_with(order(7));
        }
        sent += waiting;
    }
    for call in late.into_iter().chain([first]) {
        done(call).await.unwrap();
    }
    world.stage.assert_sends(201);
    world.authority.assert_refreshes(1);
}

/// B16, F4: a queued call whose deadline passes is not sent again and does not block the queue.
#[tokio::test(start_paused = true)]
async fn a_call_whose_deadline_passes_in_the_queue_is_not_sent_again() {
    let world = World::new();
    let shop = builder(&world)
        .tokens(tokens(&world.authority.issue()))
        .replay_limit(1)
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
    for arrival in world.stage.arrivals(10).await {
        arrival.answer(403);
    }
    let first = world.stage.arrival().await;
    advance(Duration::from_secs(6)).await;
    for call in calls {
        assert!(done(call).await.unwrap_err().is_timeout());
    }
    assert!(first.is_abandoned());
    world.stage.assert_sends(11);
    world.authority.assert_refreshes(1);

    world.authority.expire();
    world.guard_with(403, |_| order(7));
    shop.order(7).await.unwrap();
}

/// B16, I5, J1: after a logout, the calls that wait to be sent again fail instead.
#[tokio::test(start_paused = true)]
async fn a_logout_empties_the_queue() {
    let world = World::new();
    let shop = limited(&world, 1);
    let calls: Vec<_> = (0..5).map(|_| tokio::spawn(shop.order(7))).collect();
    for arrival in world.stage.arrivals(5).await {
        arrival.answer(403);
    }
    let first = world.stage.arrival().await;
    shop.session().clear().await.unwrap();
    first.answer_with(order(7));
    let mut ended = 0;
    for call in calls {
        ended += usize::from(done(call).await.is_err_and(|error| error.is_no_session()));
    }
    assert_eq!(ended, 4);
    world.stage.assert_sends(6);
}

/// B16, I4: a queued call is sent with the token that is current when the call leaves the queue.
#[tokio::test(start_paused = true)]
async fn a_queued_call_takes_the_current_token() {
    let world = World::new();
    let shop = limited(&world, 0);
    let calls = [tokio::spawn(shop.order(7)), tokio::spawn(shop.order(7))];
    for arrival in world.stage.arrivals(2).await {
        arrival.answer(403);
    }
    let first = world.stage.arrival().await;
    world.authority.open(Role::Refresh);
    shop.session().refresh().await.unwrap();
    first.answer_with(order(7));
    let second = world.stage.arrival().await;
    assert_eq!(second.token(), Some(&*world.authority.access(3)));
    second.answer_with(order(7));
    for call in calls {
        done(call).await.unwrap();
    }
}
