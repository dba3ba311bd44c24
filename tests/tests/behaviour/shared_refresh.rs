//! Tests that many concurrent calls share one refresh, whatever its cause and result.

use std::time::Duration;

use afresh::{Result, api};
use afresh_tests::{Answer, Handling, Role, World};
use serde_json::Value;
use tokio::time::advance;

use crate::api::{Order, Shop, ShopClient, builder, event_names, logged_in_client, order, tokens};
use crate::concurrent_calls::{answer_order, calls, errors, expect_all};

/// B1: if a thousand calls are refused at the same time, one refresh starts, and all calls succeed.
#[tokio::test(start_paused = true)]
async fn a_thousand_calls_refused_at_once_cause_one_refresh_and_are_all_answered() {
    for refusal in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);

        let calls = calls(&shop, 1000);
        for arrival in world.stage.arrivals(1000).await {
            arrival.answer(refusal);
        }
        for arrival in world.stage.arrivals(1000).await {
            assert_eq!(arrival.token(), Some(&*world.authority.access(2)));
            answer_order(arrival);
        }

        expect_all(calls).await;
        world.stage.assert_sends(2000);
        world.authority.assert_refreshes(1);
    }
}

/// B1: calls that are refused during a refresh wait for that refresh.
#[tokio::test(start_paused = true)]
async fn a_refusal_during_the_refresh_joins_it() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);

    let calls = calls(&shop, 3);
    let mut arrivals = world.stage.arrivals(3).await.into_iter();
    arrivals.next().unwrap().answer(403);
    let refresh = world.authority.parked(Role::Refresh).await;
    arrivals.for_each(|arrival| arrival.answer(403));
    refresh.release();
    world.stage.arrivals(3).await.into_iter().for_each(answer_order);

    expect_all(calls).await;
    world.authority.assert_refreshes(1);
}

/// Makes a call that is refused and succeeds after a refresh.
async fn refresh_by(id: u64, shop: &ShopClient, world: &World) {
    let call = tokio::spawn(shop.order(id));
    world.stage.arrival().await.answer(403);
    answer_order(world.stage.arrival().await);
    assert_eq!(call.await.unwrap().unwrap(), Order { id });
}

/// B3: if a call's old token is refused after another call has refreshed the token, the refused call is sent again with
/// the new token.
#[tokio::test(start_paused = true)]
async fn a_late_403_of_an_old_token_takes_the_newer_one() {
    for refusal in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);

        let late = tokio::spawn(shop.order(7));
        let parked = world.stage.arrival().await;
        refresh_by(1, &shop, &world).await;
        parked.answer(refusal);
        let again = world.stage.arrival().await;
        assert_eq!(again.token(), Some(&*world.authority.access(2)));
        answer_order(again);

        assert_eq!(late.await.unwrap().unwrap(), Order { id: 7 });
        world.authority.assert_refreshes(1);
    }
}

/// B4: if an old token is refused after three refreshes, the call is sent again with the newest token.
#[tokio::test(start_paused = true)]
async fn a_late_403_takes_the_newest_token_however_old_its_own_is() {
    let world = World::new();
    let shop = logged_in_client(&world);

    let late = tokio::spawn(shop.order(7));
    let parked = world.stage.arrival().await;
    for id in 1..=3 {
        refresh_by(id, &shop, &world).await;
    }
    parked.answer(403);
    let again = world.stage.arrival().await;
    assert_eq!(again.token(), Some(&*world.authority.access(4)));
    answer_order(again);

    assert_eq!(late.await.unwrap().unwrap(), Order { id: 7 });
    world.authority.assert_refreshes(3);
}

/// B3, N1: a redirect response that arrives after a refresh is followed with the new token. A redirect response that
/// arrives after a new login is not followed.
#[tokio::test(start_paused = true)]
async fn a_late_redirect_is_followed_with_the_current_token() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let late = tokio::spawn(shop.order(7));
    let parked = world.stage.arrival().await;
    refresh_by(1, &shop, &world).await;
    parked.answer_with(Answer::redirect("/orders/8"));
    let next = world.stage.arrival().await;
    assert_eq!(
        (next.path(), next.token()),
        ("/orders/8", Some(&*world.authority.access(2))),
        "path and access token of the redirected request"
    );
    answer_order(next);
    assert_eq!(late.await.unwrap().unwrap(), Order { id: 8 });

    let late = tokio::spawn(shop.order(9));
    let parked = world.stage.arrival().await;
    shop.session().set(tokens(&world.authority.issue())).await.unwrap();
    parked.answer_with(Answer::redirect("/orders/8"));
    assert!(late.await.unwrap().unwrap_err().is_superseded());
    assert_eq!(world.stage.waiting(), 0, "parked requests");
    world.authority.assert_refreshes(1);
}

/// B3: if a call's old token is refused while a newer token is already being refreshed, the call is sent again with the
/// newer token and does not wait for that refresh.
#[tokio::test(start_paused = true)]
async fn a_late_403_does_not_wait_for_the_refresh_of_the_newer_token() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let late = tokio::spawn(shop.order(7));
    let parked = world.stage.arrival().await;
    refresh_by(1, &shop, &world).await;
    world.authority.hold(Role::Refresh);
    let other = tokio::spawn(shop.order(2));
    world.stage.arrival().await.answer(403);
    let refresh = world.authority.parked(Role::Refresh).await;

    parked.answer(403);
    answer_order(world.stage.arrival().await);
    assert_eq!(late.await.unwrap().unwrap(), Order { id: 7 });

    refresh.release();
    answer_order(world.stage.arrival().await);
    assert_eq!(other.await.unwrap().unwrap(), Order { id: 2 });
    world.authority.assert_refreshes(2);
}

/// B6: if a refresh fails, all calls that wait for the refresh get the refresh error.
#[tokio::test(start_paused = true)]
async fn all_waiting_calls_get_the_error_of_a_failed_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.always(Role::Refresh, Handling::instead(500));

    let calls = calls(&shop, 100);
    for arrival in world.stage.arrivals(100).await {
        arrival.answer(403);
    }

    let errors = errors(calls).await;
    for error in &errors {
        assert!(error.is_refresh(), "{error:?}");
        assert!(error.to_string().contains("the refresh endpoint answered 500"), "{error}");
        assert_eq!(error.rejection().unwrap().status(), 403);
    }
    world.stage.assert_sends(100);
    world.authority.assert_refreshes(1);
}

/// B7: after a failed refresh, the waiting calls do not start refreshes one after another.
#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_not_tried_again_by_each_waiting_call() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.always(Role::Refresh, Handling::instead(500));

    let mut waiting = calls(&shop, 100);
    let late = waiting.split_off(50);
    let mut arrivals = world.stage.arrivals(100).await.into_iter();
    arrivals.by_ref().take(50).for_each(|arrival| arrival.answer(403));
    errors(waiting).await;
    // The server refuses the second half of the calls after the refresh has failed.
    arrivals.for_each(|arrival| arrival.answer(403));

    for error in errors(late).await {
        assert!(error.is_refresh(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 403);
    }
    world.stage.assert_sends(100);
    world.authority.assert_refreshes(1);
}

/// B8: after a failed refresh, the client pauses before it refreshes for a later call.
#[tokio::test(start_paused = true)]
async fn a_failed_refresh_is_tried_again_after_a_while_and_not_before() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard(403);
    world.authority.next(Role::Refresh, Handling::instead(500));
    assert!(shop.orders().await.unwrap_err().is_refresh());

    advance(Duration::from_millis(850)).await;
    assert!(shop.orders().await.unwrap_err().is_refresh());
    world.authority.assert_refreshes(1);

    advance(Duration::from_millis(300)).await;
    shop.orders().await.unwrap();
    world.authority.assert_refreshes(2);
}

#[api]
trait Stock {
    #[get("/stock")]
    async fn stock(&self) -> Result<Value>;
}

/// B13: clones of a client, other traits that use the client, and other clients with the same session all share one
/// refresh.
#[tokio::test(start_paused = true)]
async fn all_clients_of_a_session_share_its_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let clone = shop.clone();
    let stock = StockClient::new(shop.client().clone());
    let other = builder(&world).session(shop.session().clone()).build().unwrap();
    world.authority.expire();

    let orders = [&shop, &clone, &other].map(|shop| tokio::spawn(shop.order(7)));
    let stock = tokio::spawn(stock.stock());
    for arrival in world.stage.arrivals(4).await {
        arrival.answer(403);
    }
    for arrival in world.stage.arrivals(4).await {
        assert_eq!(arrival.token(), Some(&*world.authority.access(2)));
        arrival.answer_with(order(7));
    }

    for call in orders {
        call.await.unwrap().unwrap();
    }
    stock.await.unwrap().unwrap();
    world.authority.assert_refreshes(1);
}

/// B14: if an early refresh, the refresh for a refused call and a manual refresh start at the same time, only one
/// refresh request is sent.
#[tokio::test(start_paused = true)]
async fn early_refused_and_manual_refreshes_are_one_refresh() {
    let world = World::new();
    let tokens = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(100));
    let shop = builder(&world).tokens(tokens).build().unwrap();
    let mut events = shop.session().events();
    let refused = tokio::spawn(shop.order(0));
    let early = world.stage.arrival().await;
    advance(Duration::from_secs(85)).await;

    let near_its_end = tokio::spawn(shop.order(1));
    early.answer(403);
    let session = shop.session().clone();
    let by_hand = tokio::spawn(async move { session.refresh().await });
    let mut arrivals = world.stage.arrivals(2).await;
    arrivals.sort_by_key(|arrival| arrival.path().to_owned());
    arrivals.into_iter().for_each(answer_order);

    expect_all(vec![refused, near_its_end]).await;
    assert_eq!(by_hand.await.unwrap().unwrap().access_token().unwrap().secret(), world.authority.access(2));
    world.authority.assert_refreshes(1);
    assert_eq!(event_names(&mut events), ["refreshed"]);
}
