//! Tests how the client decides whether a response means that the token has expired, that the token might have expired,
//! or neither.

use std::time::Duration;

use afresh::{Client, SessionState};
use afresh_tests::{Answer, AuthorityConfig, Handling, Role, World};
use serde_json::json;
use tokio::time::advance;

use crate::api::{
    ANN, CookieShop, ORIGIN, Order, Shop, builder, event_names, logged_in_client, logged_in_cookie_client,
    logged_out_client, order, tokens,
};
use crate::transports::ConnectTo;

/// An HTML error page sent by a firewall.
const PAGE: &str = "<html><body><h1>403 Forbidden</h1></body></html>";

/// C1: if the server refuses a call again after a refresh, the call returns the second refusal, and the session is
/// kept.
#[tokio::test(start_paused = true)]
async fn a_genuine_403_is_returned_after_one_refresh_and_the_session_is_kept() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();

    let call = tokio::spawn(shop.report(7));
    world.stage.arrival().await.answer_json(403, "first");
    world.stage.arrival().await.answer_json(403, "second");
    world.stage.respond(|_| (500, "a third send"));
    let error = call.await.unwrap().unwrap_err();

    assert!(error.is_status() && !error.is_refresh() && !error.is_session_expired(), "{error:?}");
    assert_eq!(
        (error.status().unwrap().as_u16(), error.json()),
        (403, Some("second".to_owned())),
        "status and body in the error"
    );
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(event_names(&mut events), ["refreshed"]);
    world.stage.respond(|_| order(7));
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
}

/// C3: if a call lacks a scope, the client does not refresh, because a refresh does not change a token's scope.
#[tokio::test(start_paused = true)]
async fn a_call_that_lacks_a_scope_starts_no_refresh() {
    let lines = [
        r#"Bearer error="insufficient_scope""#,
        r#"Bearer realm="shop", error="insufficient_scope", scope="reports:read""#,
        r#"bearer ERROR=insufficient_scope"#,
        r#"Basic realm="shop", Bearer error="insufficient_scope""#,
    ];
    for (status, line) in [401, 403].into_iter().flat_map(|status| lines.map(|line| (status, line))) {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.stage.respond(move |_| Answer::new(status).header("www-authenticate", line));

        let error = shop.report(7).await.unwrap_err();

        assert_eq!(error.status().unwrap(), status, "{line}");
        assert_eq!(world.stage.sends(), 1, "requests at the API: {status} {line}");
        assert_eq!(world.authority.refreshes(), 0, "refreshes: {status} {line}");
    }
}

/// C4: a response with `invalid_token` triggers a refresh, even if the route has recently returned a 403 response that
/// a refresh did not resolve.
#[tokio::test(start_paused = true)]
async fn invalid_token_starts_a_refresh_even_on_a_forbidden_route() {
    let lines = [r#"Bearer error="invalid_token""#, r#"Bearer realm="shop", error="invalid_token""#];
    for (status, line) in [401, 403].into_iter().flat_map(|status| lines.map(|line| (status, line))) {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.stage.respond(|_| 403);
        assert_eq!(shop.report(7).await.unwrap_err().status().unwrap(), 403);
        assert_eq!(shop.report(7).await.unwrap_err().status().unwrap(), 403);
        world.authority.assert_refreshes(1);

        world.authority.expire();
        world.guard_with(Answer::new(status).header("www-authenticate", line), |_| order(7));

        shop.report(7).await.unwrap();
        assert_eq!(world.authority.refreshes(), 2, "refreshes: {status} {line}");
    }
}

/// C5: a 403 response without a challenge or with an unclear challenge starts one refresh.
#[tokio::test(start_paused = true)]
async fn a_403_without_a_challenge_starts_a_refresh() {
    let refusals = [
        Answer::new(403),
        Answer::json(403, json!({ "message": "no" })),
        Answer::new(403).header("www-authenticate", "Bearer"),
        Answer::new(403).header("www-authenticate", r#"Bearer realm="shop""#),
        Answer::new(403).header("www-authenticate", "\"garbage,,="),
    ];
    for refusal in refusals {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.authority.expire();
        world.guard_with(refusal.clone(), |_| order(7));

        shop.orders().await.unwrap();

        assert_eq!(world.stage.sends(), 2, "requests at the API: {refusal:?}");
        assert_eq!(world.authority.refreshes(), 1, "refreshes: {refusal:?}");
    }
}

/// C6: an HTML page with status 403 starts at most one refresh, because a gateway might send such a page for an expired
/// token.
#[tokio::test(start_paused = true)]
async fn an_html_403_costs_at_most_one_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard_with(Answer::html(403, PAGE), |_| order(7));
    shop.orders().await.unwrap();
    world.authority.assert_refreshes(1);

    world.stage.respond(|_| Answer::html(403, PAGE));
    for _ in 0..10 {
        let error = shop.report(7).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 403);
        assert_eq!(&error.body().unwrap()[..], PAGE.as_bytes());
    }
    world.authority.assert_refreshes(2);
}

/// C6: an HTML page returned by the refresh endpoint does not end the session, even if its status is 401 or 403.
#[tokio::test(start_paused = true)]
async fn an_html_answer_to_a_refresh_never_ends_the_session() {
    for status in [400, 401, 403, 500] {
        let world = World::with(AuthorityConfig::cookie());
        let shop = logged_in_cookie_client(&world).await;
        let mut events = shop.session().events();
        world.authority.next(Role::Refresh, Handling::instead(Answer::html(status, PAGE)));
        world.authority.expire();
        world.guard_with(403, |_| order(7));

        let error = shop.order(7).await.unwrap_err();

        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
        assert_eq!(event_names(&mut events), ["refresh failed"]);
        advance(Duration::from_secs(2)).await;
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    }
}

/// C7: a 403 response that reports an exceeded rate limit does not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn a_403_for_a_rate_limit_starts_no_refresh() {
    let refusals = [
        Answer::json(403, json!({ "message": "API rate limit exceeded" }))
            .header("x-ratelimit-limit", "60")
            .header("x-ratelimit-remaining", "0"),
        Answer::json(403, json!({ "message": "You have exceeded a secondary rate limit" }))
            .header("retry-after", "60"),
    ];
    for refusal in refusals {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.stage.respond(move |_| refusal.clone());

        assert_eq!(shop.orders().await.unwrap_err().status().unwrap(), 403);

        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
    }
}

/// C7: a 403 response starts a refresh if its headers show that the rate limit has not been reached.
#[tokio::test(start_paused = true)]
async fn a_403_below_the_rate_limit_starts_a_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.guard_with(Answer::new(403).header("x-ratelimit-remaining", "17"), |_| order(7));

    shop.orders().await.unwrap();

    world.authority.assert_refreshes(1);
}

/// C11: a token that was revoked before its expiration time is refreshed once.
#[tokio::test(start_paused = true)]
async fn a_revoked_token_that_has_not_expired_is_refreshed() {
    let world = World::with(AuthorityConfig {
        lifetime: Some(Duration::from_secs(3600)),
        ..AuthorityConfig::default()
    });
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    world.authority.expire();
    world.guard(403);

    shop.orders().await.unwrap();
    shop.orders().await.unwrap();

    world.stage.assert_sends(3);
    world.authority.assert_refreshes(1);
}

/// C14: a refused login does not trigger a refresh, whether or not the client has a session.
#[tokio::test(start_paused = true)]
async fn a_refused_login_starts_no_refresh() {
    for status in [401, 403] {
        for logged_in in [false, true] {
            let world = World::new();
            let shop = if logged_in { logged_in_client(&world) } else { logged_out_client(&world) };
            let before = shop.session().tokens();
            world.authority.always(Role::Login, Handling::instead((status, json!("wrong password"))));

            let error = shop.login(&ANN).await.unwrap_err();

            assert_eq!(error.status().unwrap(), status);
            assert_eq!(world.routes(), ["POST /api/user/login"]);
            assert_eq!(world.authority.requests(Role::Login)[0].header("authorization"), None);
            assert_eq!(shop.session().tokens(), before);
        }
    }
}

/// C14: if the caller calls the refresh method and the server refuses the refresh request, the client does not start
/// another refresh.
#[tokio::test(start_paused = true)]
async fn a_refused_refresh_method_starts_no_refresh() {
    for status in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let before = shop.session().tokens();
        world.authority.always(Role::Refresh, Handling::instead(status));

        let error = shop.refresh(afresh::RefreshToken::new(world.authority.refresh(1))).await.unwrap_err();

        assert_eq!(error.status().unwrap(), status);
        assert_eq!(world.routes(), ["POST /api/user/refresh_token"]);
        assert_eq!(world.authority.requests(Role::Refresh)[0].header("authorization"), None);
        assert_eq!(shop.session().tokens(), before);
    }
}

/// C15: if the server refuses a call to a `#[public]` method, the client does not refresh, because the call did not
/// send a token.
#[tokio::test(start_paused = true)]
async fn a_refused_public_call_starts_no_refresh() {
    for status in [401, 403] {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.stage.respond(move |_| status);

        assert_eq!(shop.health().await.unwrap_err().status().unwrap(), status);

        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
        assert_eq!(world.stage.log()[0].header("authorization"), None);
    }
}

/// C15: if the server refuses a hand-written request that was sent without a token, the client does not refresh.
#[tokio::test(start_paused = true)]
async fn a_refused_request_without_a_token_starts_no_refresh() {
    let world = World::new();
    world.stage.respond(|_| 403);
    let anonymous = Client::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    let logged_out = builder(&world).tokens(tokens(&world.authority.issue())).build().unwrap();
    logged_out.session().clear().await.unwrap();
    for client in [&anonymous, logged_out.client()] {
        let request = reqwest::Request::new(http::Method::GET, format!("{ORIGIN}/orders").parse().unwrap());
        assert_eq!(client.execute(request).await.unwrap().status(), 403);
    }
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(0);
}
