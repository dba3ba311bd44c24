//! Tests whether a call that starts during a refresh waits for the refresh or is sent with the old token.

use afresh_tests::{Role, World};

use crate::api::{Order, Shop, logged_in_client};
use crate::concurrent_calls::{answer_order, calls, expect_all};
use crate::waiting::settled;

/// B2: while a token that has definitely expired is being refreshed, no call is sent with that token.
#[tokio::test(start_paused = true)]
async fn a_call_waits_for_the_refresh_of_an_expired_token() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);

    let first = tokio::spawn(shop.order(0));
    world.stage.arrival().await.answer(401);
    let refresh = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(shop.order(1));
    settled().await;
    world.stage.assert_sends(1);
    refresh.release();
    world.stage.arrivals(2).await.into_iter().for_each(answer_order);

    expect_all(vec![first, second]).await;
    let carried: Vec<_> = world.stage.log().iter().map(|seen| seen.token().unwrap().to_owned()).collect();
    assert_eq!(
        carried,
        [1, 2, 2].map(|number| world.authority.access(number)),
        "access tokens of the requests"
    );
}

/// B2: while a token that might have expired is being refreshed, calls are sent with that token.
#[tokio::test(start_paused = true)]
async fn a_call_does_not_wait_for_the_refresh_of_a_suspect_token() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);

    let first = tokio::spawn(shop.order(0));
    world.stage.arrival().await.answer(403);
    let refresh = world.authority.parked(Role::Refresh).await;
    let second = tokio::spawn(shop.order(1));
    let sent = world.stage.arrival().await;
    assert_eq!(
        (sent.path(), sent.token()),
        ("/orders/1", Some(&*world.authority.access(1))),
        "path and access token of the request"
    );
    answer_order(sent);
    assert_eq!(second.await.unwrap().unwrap(), Order { id: 1 });
    refresh.release();
    answer_order(world.stage.arrival().await);

    assert_eq!(first.await.unwrap().unwrap(), Order { id: 0 });
    world.stage.assert_sends(3);
    world.authority.assert_refreshes(1);
}

/// B2: if a 401 response arrives while a token that might have expired is being refreshed, later calls wait for the
/// refresh.
#[tokio::test(start_paused = true)]
async fn a_401_during_the_refresh_of_a_suspect_token_makes_later_calls_wait() {
    let world = World::new();
    let shop = logged_in_client(&world);
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
    world.stage.arrivals(3).await.into_iter().for_each(answer_order);

    expect_all(all).await;
    world.stage.assert_sends(5);
    world.authority.assert_refreshes(1);
}
