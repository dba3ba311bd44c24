//! Calls that come while a refresh is under way: they wait for it, or go on with the token they have.

use afresh_tests::{Role, World};

use crate::api::{Order, Shop, customer, settled};
use crate::crowd::{calls, expect_all, grant};

/// B2: while a token that is certainly no good is being renewed, nobody spends a send on it.
#[tokio::test(start_paused = true)]
async fn a_call_waits_for_the_refresh_of_a_token_that_has_certainly_expired() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);

    let first = tokio::spawn(shop.order(0));
    world.stage.arrival().await.answer(401);
    let refresh = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(shop.order(1));
    settled().await;
    world.stage.assert_sends(1);
    refresh.release();
    world.stage.arrivals(2).await.into_iter().for_each(grant);

    expect_all(vec![first, second]).await;
    let carried: Vec<_> = world.stage.log().iter().map(|seen| seen.token().unwrap().to_owned()).collect();
    assert_eq!(carried, [1, 2, 2].map(|number| world.authority.access(number)));
}

/// B2: while a token that is only under suspicion is being renewed, calls go on with it.
#[tokio::test(start_paused = true)]
async fn a_call_does_not_wait_for_the_refresh_of_a_token_under_mere_suspicion() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);

    let first = tokio::spawn(shop.order(0));
    world.stage.arrival().await.answer(403);
    let refresh = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(shop.order(1));
    let sent = world.stage.arrival().await;
    assert_eq!((sent.path(), sent.token()), ("/orders/1", Some(&*world.authority.access(1))));
    grant(sent);
    assert_eq!(second.await.unwrap().unwrap(), Order { id: 1 });
    refresh.release();
    grant(world.stage.arrival().await);

    assert_eq!(first.await.unwrap().unwrap(), Order { id: 0 });
    world.stage.assert_sends(3);
    world.authority.assert_refreshes(1);
}

/// B2: certainty that comes in the middle of a refresh counts from then on.
#[tokio::test(start_paused = true)]
async fn a_suspicion_that_becomes_a_certainty_during_the_refresh_holds_the_calls_after_it() {
    let world = World::new();
    let shop = customer(&world);
    world.authority.hold(Role::Refresh);

    let mut all = calls(&shop, 2);
    let mut arrivals = world.stage.arrivals(2).await.into_iter();
    arrivals.next().unwrap().answer(403);
    let refresh = world.authority.parked(Role::Refresh).await;
    arrivals.next().unwrap().answer(401);
    settled().await;
    all.push(tokio::spawn(shop.order(2)));
    settled().await;
    world.stage.assert_sends(2);
    refresh.release();
    world.stage.arrivals(3).await.into_iter().for_each(grant);

    expect_all(all).await;
    world.stage.assert_sends(5);
    world.authority.assert_refreshes(1);
}
