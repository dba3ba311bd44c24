//! Tests routes that answer every call with a 403 response that means "not allowed": such a route causes one refresh in
//! total rather than one per call, and later refreshes start at growing intervals.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, AuthorityConfig, Role, World};
use bytes::Bytes;
use tokio::time::{Instant, advance};

use crate::api::{ANN, Order, Shop, ShopClient, event_names, logged_in_client, logged_out_client, order};

/// Makes the server refuse all report calls, and accept any other call with a valid token.
fn forbid_reports(world: &World) {
    let authority = world.authority.clone();
    world.stage.respond(move |seen| match seen.token() {
        _ if seen.path().starts_with("/reports") => Answer::new(403),
        Some(token) if authority.accepts(token) => order(7).into(),
        _ => Answer::new(403),
    });
}

async fn assert_refused(shop: &ShopClient) {
    let error = shop.report(7).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 403, "{error:?}");
    assert!(error.is_status(), "{error:?}");
}

/// C2: a hundred calls in sequence to a forbidden route, and then a hundred concurrent calls, cause one refresh in
/// total.
#[tokio::test(start_paused = true)]
async fn two_hundred_calls_to_a_forbidden_route_cost_one_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    forbid_reports(&world);

    for _ in 0..100 {
        assert_refused(&shop).await;
    }
    world.stage.assert_sends(101);
    world.authority.assert_refreshes(1);
    let calls: Vec<_> = (0..100).map(|id| tokio::spawn(shop.report(id))).collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap_err().status().unwrap(), 403);
    }

    world.stage.assert_sends(201);
    world.authority.assert_refreshes(1);
}

/// C2: a hundred concurrent calls to a route that was not known to be forbidden cause one refresh.
#[tokio::test(start_paused = true)]
async fn a_hundred_calls_to_a_forbidden_route_at_once_cost_one_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    forbid_reports(&world);

    let calls: Vec<_> = (0..100).map(|id| tokio::spawn(shop.report(id))).collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap_err().status().unwrap(), 403);
    }

    world.stage.assert_sends(200);
    world.authority.assert_refreshes(1);

    advance(Duration::from_secs(10)).await;
    assert_refused(&shop).await;
    assert_eq!(
        world.authority.refreshes(),
        2,
        "refreshes: a hundred concurrent refusals count as one useless refresh"
    );
}

/// C2: calls to a forbidden route cause at most two refreshes, even if the calls must not be sent again.
#[tokio::test(start_paused = true)]
async fn a_hundred_calls_to_a_forbidden_route_without_replay_do_not_cost_a_refresh_each() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 403);

    for _ in 0..100 {
        assert_eq!(shop.pay(7).await.unwrap_err().status().unwrap(), 403);
    }

    assert!(world.authority.refreshes() <= 2, "{} refreshes", world.authority.refreshes());
}

/// C10: for ten seconds after a refresh that did not resolve a refusal, a 403 response to a call with the new token
/// does not trigger a refresh on any route.
#[tokio::test(start_paused = true)]
async fn after_a_useless_refresh_no_403_refreshes_for_ten_seconds() {
    let world = World::new();
    let shop = logged_in_client(&world);
    forbid_reports(&world);
    assert_refused(&shop).await;
    world.authority.expire();

    advance(Duration::from_secs(9)).await;
    assert_eq!(shop.order(7).await.unwrap_err().status().unwrap(), 403);
    world.authority.assert_refreshes(1);

    advance(Duration::from_secs(2)).await;
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    world.authority.assert_refreshes(2);
}

/// C10: a 403 response starts a refresh even if the token is new, provided that a refused call succeeded after the
/// previous refresh.
#[tokio::test(start_paused = true)]
async fn a_token_that_is_valid_for_one_request_is_refreshed_every_time() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let authority = world.authority.clone();
    world.stage.respond(move |seen| {
        let good = seen.token().is_some_and(|token| authority.accepts(token));
        authority.expire();
        if good { order(7) } else { (403, serde_json::Value::Null) }
    });
    world.authority.expire();

    for refreshes in 1..=20 {
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        world.authority.assert_refreshes(refreshes);
    }
}

/// C10: a 403 response starts a refresh even if the token comes from a recent login.
#[tokio::test(start_paused = true)]
async fn a_new_token_of_a_login_is_refreshed() {
    let world = World::new();
    let shop = logged_out_client(&world);
    forbid_reports(&world);
    shop.login(&ANN).await.unwrap();
    assert_refused(&shop).await;
    world.authority.assert_refreshes(1);

    shop.login(&ANN).await.unwrap();
    world.authority.expire();
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    world.authority.assert_refreshes(2);
}

/// C12: if a forbidden route is called every second, refreshes start at intervals of 10 s, 20 s, 40 s and so on, up to
/// 5 min.
#[tokio::test(start_paused = true)]
async fn a_forbidden_route_is_tried_again_at_growing_intervals() {
    let world = World::new();
    let shop = logged_in_client(&world);
    forbid_reports(&world);
    let start = Instant::now();

    for _ in 0..3600 {
        assert_refused(&shop).await;
        advance(Duration::from_secs(1)).await;
    }

    let exchanges = world.authority.requests(Role::Refresh);
    let at: Vec<_> = exchanges.iter().map(|seen| seen.at().duration_since(start).as_secs()).collect();
    let expected: Vec<u64> = [0, 10, 30, 70, 150].into_iter().chain((310..3600).step_by(300)).collect();
    assert_eq!(at, expected, "times of the refresh requests, in seconds");
}

/// C12: three forbidden routes cause at most three times as many refreshes as one forbidden route.
#[tokio::test(start_paused = true)]
async fn three_forbidden_routes_cost_no_more_than_three_times_one() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 403);
    let mut events = shop.session().events();

    for _ in 0..3600 {
        assert_refused(&shop).await;
        assert_eq!(shop.order(7).await.unwrap_err().status().unwrap(), 403);
        let photo = shop.photo(7, "image/png", Bytes::from_static(b"png"));
        assert_eq!(photo.await.unwrap_err().status().unwrap(), 403);
        assert!(event_names(&mut events).iter().all(|event| *event == "refreshed"));
        advance(Duration::from_secs(1)).await;
    }

    let posts = world.authority.refreshes();
    assert!((16..=48).contains(&posts), "{posts} refreshes");
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}

/// C12: a route is no longer treated as forbidden after a successful call to it or after a login, so a 403 response
/// from the route starts a refresh again.
#[tokio::test(start_paused = true)]
async fn a_success_or_a_login_makes_a_route_refresh_again() {
    for by_login in [false, true] {
        let world = World::new();
        let shop = logged_in_client(&world);
        forbid_reports(&world);
        assert_refused(&shop).await;
        advance(Duration::from_secs(10)).await;
        assert_refused(&shop).await;
        world.authority.assert_refreshes(2);
        // After the second refresh, the client treats the route as forbidden for 20 s.
        advance(Duration::from_secs(11)).await;
        assert_refused(&shop).await;
        world.authority.assert_refreshes(2);

        if by_login {
            shop.login(&ANN).await.unwrap();
        } else {
            world.stage.respond(|_| order(7));
            shop.report(7).await.unwrap();
        }

        forbid_reports(&world);
        assert_refused(&shop).await;
        assert_eq!(world.authority.refreshes(), 3, "refreshes: lifted by a login: {by_login}");
    }
}

/// C12, C13: if a call to a forbidden route fails with another error, the route stays forbidden, and a 403 response
/// does not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn a_server_error_does_not_make_a_route_refresh_again() {
    let troubles = [
        Answer::new(404),
        Answer::new(500),
        Answer::new(403).header("retry-after", "1"),
        Answer::new(403).header("www-authenticate", r#"Bearer error="insufficient_scope""#),
    ];
    for trouble in troubles {
        let world = World::new();
        let shop = logged_in_client(&world);
        forbid_reports(&world);
        assert_refused(&shop).await;
        advance(Duration::from_secs(10)).await;
        assert_refused(&shop).await;
        // After the second refresh, the client treats the route as forbidden for 20 s.
        advance(Duration::from_secs(11)).await;
        let troubled = trouble.clone();
        world.stage.respond(move |_| troubled.clone());
        shop.report(7).await.unwrap_err();
        forbid_reports(&world);
        assert_refused(&shop).await;
        assert_eq!(world.authority.refreshes(), 2, "refreshes: {trouble:?}");
    }
}

/// C12: if a token expires during a call to a forbidden route, the token is still refreshed.
#[tokio::test(start_paused = true)]
async fn an_expired_token_is_refreshed_even_on_a_forbidden_route() {
    let world =
        World::with(AuthorityConfig { lifetime: Some(Duration::from_secs(5)), ..AuthorityConfig::default() });
    let shop = logged_in_client(&world);
    forbid_reports(&world);
    assert_refused(&shop).await;
    world.authority.assert_refreshes(1);

    world.stage.park();
    let call = tokio::spawn(shop.report(7));
    let parked = world.stage.arrival().await;
    advance(Duration::from_secs(6)).await;
    parked.answer(403);
    world.stage.arrival().await.answer_with(order(7));

    call.await.unwrap().unwrap();
    world.authority.assert_refreshes(2);
}
