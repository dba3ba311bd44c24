//! Tests refreshes that return the refused access token: the call is not sent again with that token.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, AuthorityConfig, Role, World};

use crate::api::{Shop, logged_in_client};
use crate::waiting::{done, settled};

fn repeating() -> World {
    World::with(AuthorityConfig { repeats_access: true, ..AuthorityConfig::default() })
}

/// D10: if a refresh returned the old access token and a call is then refused with status 401, the call fails with an
/// error for which `is_no_progress` returns `true`.
#[tokio::test(start_paused = true)]
async fn a_late_401_of_the_same_token_is_no_progress() {
    let world = repeating();
    let shop = logged_in_client(&world);
    let call = tokio::spawn(shop.order(7));
    let arrival = world.stage.arrival().await;
    shop.session().refresh().await.unwrap();
    arrival.answer(401);

    let error = done(call).await.unwrap_err();
    assert!(error.is_no_progress(), "{error:?}");
    assert_eq!(error.rejection().unwrap().status(), 401);
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// W1: if a refresh returned the old access token and a call is then refused with status 403 and no challenge, the call
/// returns that refusal.
#[tokio::test(start_paused = true)]
async fn a_late_bare_403_of_the_same_token_is_the_answer() {
    let world = repeating();
    let shop = logged_in_client(&world);
    let call = tokio::spawn(shop.order(7));
    let arrival = world.stage.arrival().await;
    shop.session().refresh().await.unwrap();
    arrival.answer(403);

    let error = done(call).await.unwrap_err();
    assert!(error.is_status() && !error.is_refresh(), "{error:?}");
    assert_eq!(error.status().unwrap(), 403);
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
}

/// W1: if the refresh after a 403 response without a challenge returns the refused access token, the route is treated
/// as forbidden. For 10 s, further calls to a forbidden route do not trigger another refresh.
#[tokio::test(start_paused = true)]
async fn a_route_whose_refresh_returned_the_same_token_is_not_refreshed_again() {
    let world = repeating();
    let shop = logged_in_client(&world);
    world.guard_with(403, |_| Answer::new(403));
    world.authority.expire();
    for calls in 1..=3 {
        tokio::time::advance(Duration::from_secs(3)).await;
        let error = shop.order(7).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 403);
        world.stage.assert_sends(calls);
        world.authority.assert_refreshes(1);
    }
}

/// D10: if a call receives a 401 response after a refresh, the call is sent again only if the session's access token
/// has changed by then.
#[tokio::test(start_paused = true)]
async fn a_late_401_is_sent_again_only_with_another_token() {
    let world = repeating();
    let shop = logged_in_client(&world);
    let calls = [1, 2].map(|id| tokio::spawn(shop.order(id)));
    let mut arrivals = world.stage.arrivals(2).await;
    for _ in 0..2 {
        shop.session().refresh().await.unwrap();
    }
    arrivals.remove(0).answer(401);
    settled().await;
    world.stage.assert_sends(2);
    world.authority.configure(|config| config.repeats_access = false);
    shop.session().refresh().await.unwrap();
    arrivals.remove(0).answer(401);
    world.stage.arrival().await.answer_json(200, serde_json::json!({ "id": 2 }));
    let [first, second] = calls;
    assert!(done(first).await.unwrap_err().is_no_progress());
    assert_eq!(done(second).await.unwrap().id, 2);
}

/// D10: if the program calls the refresh method and receives the refused access token, waiting calls fail with an error
/// for which `is_no_progress` returns `true`.
#[tokio::test(start_paused = true)]
async fn a_manual_refresh_with_the_same_token_is_no_progress_for_waiting_calls() {
    let world = repeating();
    let shop = logged_in_client(&world);
    world.authority.hold(Role::Refresh);
    let call = tokio::spawn(shop.order(7));
    world.stage.arrival().await.answer(401);
    let running = world.authority.parked(Role::Refresh).await;
    let manual = tokio::spawn(shop.refresh(world.authority.refresh(1).into()));
    world.authority.parked(Role::Refresh).await.release();
    done(manual).await.unwrap();

    let error = done(call).await.unwrap_err();
    assert!(error.is_no_progress(), "{error:?}");
    world.stage.assert_sends(1);
    drop(running);
}
