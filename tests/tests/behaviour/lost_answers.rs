//! Tests refreshes whose response is lost, so the client cannot know whether the server has invalidated the refresh
//! token. If a refresh response is lost, the client sends the refresh token again as part of the same refresh. A
//! response from the server itself is not lost, even if it reports an error.

use std::time::Duration;

use afresh::SessionState;
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use tokio::time::{Instant, advance};

use crate::api::{
    CookieShop, Order, Shop, ShopClient, event_names, logged_in_client, logged_in_cookie_client, order,
    tokens,
};
use crate::waiting::{done, settled};

const GRACE: Duration = Duration::from_secs(10);

/// Returns a server that accepts the previous refresh token for a grace period, as most servers with rotation do.
pub fn forgiving() -> World {
    World::with(AuthorityConfig { grace: Some(GRACE), ..AuthorityConfig::default() })
}

/// Returns a client whose access token has just expired.
pub fn late_customer(world: &World) -> ShopClient {
    let shop = logged_in_client(world);
    world.authority.expire();
    world.guard_with(403, |_| order(7));
    shop
}

/// Returns every way in which a refresh response can be lost.
pub fn losses() -> [Handling; 7] {
    let half = Answer::new(200).header("content-type", "application/json").chunks(["{\"access_token\":"]);
    [
        Handling::reset_after(),
        Handling::process_then(half.then_break()),
        Handling::process_then(Answer::hang()),
        Handling::process_then(Answer::html(502, "<h1>Bad Gateway</h1>")),
        Handling::process_then(Answer::html(504, "<h1>Gateway Time-out</h1>")),
        Handling::process_then(Answer::html(503, "<h1>Service Temporarily Unavailable</h1>")),
        Handling::process_then(Answer::text(
            503,
            "upstream connect error or disconnect/reset before headers",
        )),
    ]
}

/// G3: if a refresh response is lost, the client sends the same refresh token again, and the call succeeds.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_requested_again_with_the_same_refresh_token() {
    for loss in losses() {
        let world = forgiving();
        let shop = late_customer(&world);
        let mut events = shop.session().events();
        world.authority.next(Role::Refresh, loss);
        let start = Instant::now();

        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });

        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        let exchanges = world.authority.requests(Role::Refresh);
        assert_eq!(exchanges.len(), 2);
        assert_eq!(exchanges[0].differences(&exchanges[1]), [""; 0]);
        world.authority.assert_retries_after_lost_answer(1);
        world.authority.assert_max_concurrent_refreshes(1);
        assert_eq!(event_names(&mut events), ["refreshed"]);
    }
}

/// G3: a refresh request that sends the refresh token in a cookie is sent again if the response is lost.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_with_a_cookie_is_requested_again() {
    let world = World::with(AuthorityConfig { grace: Some(GRACE), ..AuthorityConfig::cookie() });
    let shop = logged_in_cookie_client(&world).await;
    world.authority.expire();
    world.guard_with(403, |_| order(7));
    world.authority.next(Role::Refresh, Handling::reset_after());

    shop.order(7).await.unwrap();
    world.authority.expire();
    shop.order(7).await.unwrap();

    let exchanges = world.authority.requests(Role::Refresh);
    let presented: Vec<_> = exchanges.iter().map(|seen| seen.cookie("refresh_token").unwrap()).collect();
    assert_eq!(
        presented,
        [1, 1, 2].map(|number| world.authority.refresh(number)),
        "refresh tokens of the requests"
    );
}

/// G3, H9: a process that was suspended during a refresh reads the refresh response after it resumes, even if the
/// deadline has passed. A late refresh response must be read, because it contains the only valid refresh token.
#[tokio::test(start_paused = true)]
async fn an_answer_that_arrived_while_the_process_was_suspended_is_read() {
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.hold_processed(Role::Refresh);
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
    let exchange = world.authority.parked(Role::Refresh).await;

    advance(Duration::from_secs(600)).await;
    settled().await;
    exchange.release();

    for call in calls {
        assert_eq!(done(call).await.unwrap(), Order { id: 7 });
    }
    world.authority.assert_refreshes(1);
}

/// G3, I8: if all responses to a refresh are lost, the refresh sends the refresh token at most three times and fails
/// within eight seconds.
#[tokio::test(start_paused = true)]
async fn a_refresh_whose_answers_are_all_lost_is_given_up() {
    let hang = Handling::instead(Answer::hang());
    let gateway = Handling::instead(504);
    for (loss, posts, seconds) in [(Handling::reset_before(), 3, 2), (gateway, 3, 2), (hang, 2, 8)] {
        let world = forgiving();
        let shop = late_customer(&world);
        let mut events = shop.session().events();
        world.authority.always(Role::Refresh, loss);
        let start = Instant::now();

        let calls: Vec<_> = (0..10).map(|_| tokio::spawn(shop.order(7))).collect();
        for call in calls {
            let error = done(call).await.unwrap_err();
            assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
            assert_eq!(error.rejection().unwrap().status(), 403);
        }

        assert!(start.elapsed() <= Duration::from_secs(seconds), "{:?}", start.elapsed());
        world.authority.assert_refreshes(posts);
        world.authority.assert_max_concurrent_refreshes(1);
        assert_eq!(event_names(&mut events), ["refresh failed"]);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);

        world.authority.always(Role::Refresh, Handling::Normal);
        advance(Duration::from_secs(2)).await;
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    }
}

/// I8, J1: if a refresh response is lost after a logout or a new login, the refresh request is not sent again.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_an_ended_session_is_not_requested_again() {
    for again in [false, true] {
        let world = forgiving();
        let shop = logged_in_client(&world);
        world.authority.hold(Role::Refresh);
        let call = tokio::spawn(shop.order(7));
        world.stage.arrival().await.answer(403);
        let exchange = world.authority.parked(Role::Refresh).await;
        match again {
            false => shop.session().clear().await.unwrap(),
            true => shop.session().set(tokens(&world.authority.issue())).await.unwrap(),
        }
        exchange.answer(Answer::reset());
        done(call).await.unwrap_err();

        tokio::time::sleep(Duration::from_secs(30)).await;
        world.authority.assert_refreshes(1);
    }
}

/// D2: a refresh request that a gateway could not forward is sent again as part of the same refresh.
#[tokio::test(start_paused = true)]
async fn a_gateway_without_an_answer_is_retried_within_the_refresh() {
    let world = World::new();
    let shop = late_customer(&world);
    for status in [502, 504] {
        world.authority.next(Role::Refresh, Handling::instead(status));
    }
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    world.authority.assert_refreshes(3);
}

/// D2, B6, B7: calls do not fail while a server restarts behind its gateway.
#[tokio::test(start_paused = true)]
async fn a_server_that_restarts_behind_its_gateway_fails_no_call() {
    for page in [Answer::html(503, "<h1>503</h1>"), Answer::text(503, "no healthy upstream")] {
        let world = World::new();
        let shop = late_customer(&world);
        world.authority.next(Role::Refresh, Handling::instead(page));
        let calls: Vec<_> = (0..100).map(|_| tokio::spawn(shop.order(7))).collect();
        for call in calls {
            assert_eq!(done(call).await.unwrap(), Order { id: 7 });
        }
        world.authority.assert_refreshes(2);
        world.authority.assert_max_concurrent_refreshes(1);
    }
}

/// D2, B6: if the server itself returns a 5xx response, or a gateway sends `Retry-After`, the waiting calls fail. If
/// waiting calls fail because of a server error, the session is kept, and a later call refreshes again.
#[tokio::test(start_paused = true)]
async fn a_server_error_is_retried_by_a_later_call_after_a_pause() {
    for status in [500, 501, 503, 599] {
        let world = World::new();
        let shop = late_customer(&world);
        for (posts, pause) in [(1, 2), (2, 4)] {
            world.authority.next(Role::Refresh, Handling::instead(status));
            let error = shop.order(7).await.unwrap_err();
            assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
            world.authority.assert_refreshes(posts);
            advance(Duration::from_secs(pause)).await;
        }
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        world.authority.assert_refreshes(3);
    }
    let world = World::new();
    let shop = late_customer(&world);
    world.authority.next(Role::Refresh, Handling::retry_after(504, "5"));
    assert!(shop.order(7).await.unwrap_err().is_refresh());
    world.authority.assert_refreshes(1);
}

/// D2, D4: if the body of a response that refuses a refresh is cut off, the response is not treated as lost, and the
/// refresh request is not sent again.
#[tokio::test(start_paused = true)]
async fn a_refusal_whose_body_breaks_off_is_an_answer() {
    for status in [400, 403, 500] {
        let world = World::new();
        let shop = late_customer(&world);
        let broken = Answer::new(status).chunks(["{\"error\":\"invalid_"]).then_break();
        world.authority.next(Role::Refresh, Handling::instead(broken));
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_refresh() && error.rejection().is_some(), "{error:?}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
        world.authority.assert_refreshes(1);
    }
}
