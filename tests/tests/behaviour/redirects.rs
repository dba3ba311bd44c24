//! Tests that the client decides at each redirect whether the next request contains the credential.

use afresh_tests::{Answer, Handling, Role, Seen};
use serde_json::json;

use crate::api::{ANN, ORIGIN, Shop, ShopClient, order, tokens};
use crate::origins::{ELSEWHERE, HeaderApi, HeaderApiClient, assert_carries_no_secret, get, shop, worlds};
use crate::transports::ConnectTo;

const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// N1: a redirect to another origin is followed without the token, the cookies or the default headers.
#[tokio::test(start_paused = true)]
async fn a_redirect_to_another_origin_carries_no_credential() {
    for (target, status) in ELSEWHERE.into_iter().flat_map(|target| REDIRECTS.map(|status| (target, status)))
    {
        let (home, elsewhere, origins) = worlds();
        let shop = shop(&home, &origins);
        let location = format!("{target}/orders/7");
        home.stage.respond(move |_| Answer::new(status).header("location", &location));
        assert_eq!(shop.order(7).await.unwrap().id, 7, "{status} to {target}");
        assert_eq!(home.stage.log()[0].token(), Some(&*home.authority.access(1)));
        elsewhere.assert_sends(1);
        home.authority.assert_refreshes(0);
        assert_carries_no_secret(&elsewhere.log()[0], &home.authority);
    }
}

/// N1: a redirect to another origin sends neither a token in a custom header nor headers that the caller has marked as
/// sensitive.
#[tokio::test(start_paused = true)]
async fn a_redirect_to_another_origin_carries_no_token_in_any_header() {
    for status in REDIRECTS {
        let (home, elsewhere, origins) = worlds();
        let issued = tokens(&home.authority.issue());
        let api =
            HeaderApiClient::builder(ORIGIN).connect_to(origins.clone()).tokens(issued).build().unwrap();
        home.stage.respond(move |_| Answer::new(status).header("location", "//evil.test/orders/7"));
        api.order(7).await.unwrap();
        // Without `follow_to`, a redirect never sends a request body to another origin.
        assert_eq!(api.change(7, "new").await.is_err(), status > 303);
        let mut request = get(&format!("{ORIGIN}/orders/7"));
        let mut secret: http::HeaderValue = home.authority.canary().parse().unwrap();
        secret.set_sensitive(true);
        request.headers_mut().insert("x-own-secret", secret);
        request.headers_mut().insert("cookie", home.authority.canary().parse().unwrap());
        api.client().execute(request).await.unwrap();
        assert!(home.stage.log()[..2].iter().all(|seen| seen.header("x-auth-token").is_some()));
        elsewhere.assert_sends(if status > 303 { 2 } else { 3 });
        for seen in elsewhere.log() {
            assert_eq!(seen.header("x-auth-token"), None);
            assert_carries_no_secret(&seen, &home.authority);
        }
    }
}

/// N1: after a redirect within the same origin, the request contains the token. After a redirect to another origin, the
/// call's later requests do not contain the token, because the other origin chose their URLs.
#[tokio::test(start_paused = true)]
async fn hops_carry_the_token_until_they_leave_the_origin() {
    let (home, elsewhere, origins) = worlds();
    let shop = shop(&home, &origins);
    elsewhere.respond(|_| Answer::redirect("https://shop.test/orders/9"));
    home.stage.respond(|seen| match seen.path() {
        "/orders/7" => Answer::redirect("/orders/8"),
        "/orders/8" => Answer::redirect("https://evil.test/"),
        _ => order(9).into(),
    });
    assert_eq!(shop.order(7).await.unwrap().id, 9);
    assert_eq!(home.stage.routes(), ["GET /orders/7", "GET /orders/8", "GET /orders/9"]);
    let access = home.authority.access(1);
    let log = home.stage.log();
    assert_eq!(
        log.iter().map(Seen::token).collect::<Vec<_>>(),
        [Some(&*access), Some(&*access), None],
        "access tokens of the requests"
    );
    let keys: Vec<_> = log.iter().map(|seen| seen.header("x-api-key").is_some()).collect();
    assert_eq!(keys, [true, true, false], "a default header can contain an API key");
    assert_carries_no_secret(&elsewhere.log()[0], &home.authority);
}

/// N1: if the server redirects a login or logout to another origin, the redirect is not followed, because the request
/// body is secret.
#[tokio::test(start_paused = true)]
async fn a_login_or_logout_is_not_redirected_to_another_origin() {
    for status in REDIRECTS {
        let (home, elsewhere, origins) = worlds();
        let shop = ShopClient::builder(ORIGIN).connect_to(origins.clone()).build().unwrap();
        let away = Answer::new(status).header("location", "https://evil.test/api/user/login");
        home.authority.always(Role::Login, Handling::instead(away.clone()));
        home.authority.always(Role::Logout, Handling::instead(away));
        assert_eq!(shop.login(&ANN).await.unwrap_err().status().unwrap(), status);
        shop.session().set(tokens(&home.authority.issue())).await.unwrap();
        assert_eq!(shop.logout().await.unwrap_err().status().unwrap(), status);
        elsewhere.assert_sends(0);
    }
}

/// N2: if another origin refuses a redirected request, the client does not refresh, because the request did not contain
/// the credential.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_another_origin_starts_no_refresh() {
    for refusal in [401, 403] {
        let (home, elsewhere, origins) = worlds();
        let shop = shop(&home, &origins);
        home.stage.respond(|_| Answer::redirect("https://evil.test/orders/7"));
        elsewhere.respond(move |_| refusal);
        assert_eq!(shop.order(7).await.unwrap_err().status().unwrap(), refusal);
        home.stage.assert_sends(1);
        elsewhere.assert_sends(1);
        home.authority.assert_refreshes(0);
    }
}

/// N2: if a call is refused after a redirect within the same origin, the call is sent again to its original URL with
/// its original method and body.
#[tokio::test(start_paused = true)]
async fn a_call_refused_after_a_redirect_is_sent_again_to_its_first_url() {
    for (status, followed) in [(302, "GET /new"), (303, "GET /new"), (307, "POST /new"), (308, "POST /new")] {
        let (home, _, origins) = worlds();
        let issued = tokens(&home.authority.issue());
        let api =
            HeaderApiClient::builder(ORIGIN).connect_to(origins.clone()).tokens(issued).build().unwrap();
        let authority = home.authority.clone();
        home.stage.respond(move |seen| match seen.path() {
            "/new" if authority.accepts(seen.header("x-auth-token").unwrap()) => Answer::json(200, json!({})),
            "/new" => Answer::new(403),
            _ => Answer::new(status).header("location", "/new"),
        });
        home.authority.expire();
        api.change(7, "name").await.unwrap();
        assert_eq!(home.stage.routes(), ["POST /orders/7", followed, "POST /orders/7", followed]);
        assert_eq!(home.stage.log()[0].body(), home.stage.log()[2].body());
        home.authority.assert_refreshes(1);
    }
}

/// N5: redirects from the refresh endpoint are never followed, even within the same origin.
#[tokio::test(start_paused = true)]
async fn a_refresh_is_never_redirected() {
    for (status, location) in
        REDIRECTS.into_iter().flat_map(|status| [(status, "https://evil.test/"), (status, "/here")])
    {
        let (home, elsewhere, origins) = worlds();
        let shop = shop(&home, &origins);
        home.stage.respond(|_| 403);
        let away = Answer::new(status).header("location", location);
        home.authority.always(Role::Refresh, Handling::instead(away));
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_refresh(), "{error:?}");
        assert_eq!(home.routes(), ["GET /orders/7", "POST /api/user/refresh_token"]);
        elsewhere.assert_sends(0);
    }
}
