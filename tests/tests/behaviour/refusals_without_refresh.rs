//! Tests the reason that an error gives if a refusal does not start a refresh, because new tokens would not help or the
//! session cannot refresh.

use afresh::error::{Challenge, Classification, Reason};
use afresh::{Receipt, Tokens};
use afresh_tests::{Answer, Origins, Stage, World};
use serde_json::json;

use crate::api::{ANN, ORIGIN, Shop, ShopClient, builder, logged_in_client, order, tokens};
use crate::reasons::classification;
use crate::transports::ConnectTo;
use crate::waiting::done;

/// C3, C7, C16: if a refresh cannot resolve a refusal, the call is not sent again, and the call's error gives the
/// reason.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_a_refresh_cannot_resolve_is_named() {
    let challenged = |kind| (Classification::Challenge(kind), Reason::Challenged(kind));
    let cases = [
        (
            r#"Bearer error="insufficient_scope", scope="reports""#,
            (Classification::Forbidden, Reason::InsufficientScope),
        ),
        (
            r#"DPoP error="use_dpop_nonce", error_description="use the nonce""#,
            challenged(Challenge::DpopNonce),
        ),
        (
            r#"Bearer error="insufficient_user_authentication", acr_values="myACR", max_age="5""#,
            challenged(Challenge::StepUp),
        ),
        (
            r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3Nf""#,
            challenged(Challenge::Claims),
        ),
        (r#"Bearer realm="", error="invalid_token", claims="eyJhY2Nlc3Nf""#, challenged(Challenge::Claims)),
    ];
    for (status, (line, said)) in [401, 403].into_iter().flat_map(|status| cases.map(|case| (status, case))) {
        let world = World::new();
        let shop = logged_in_client(&world);
        let refusal = Answer::new(status).header("www-authenticate", line).header("dpop-nonce", "n1");
        world.stage.respond(move |_| refusal.clone());

        let error = shop.report(7).await.unwrap_err();

        assert_eq!(
            (classification(&error), error.reason()),
            (Some(said.0), Some(said.1)),
            "classification and reason: {line}"
        );
        assert!(error.to_string().ends_with(&format!("({})", said.1)), "{error}");
        // The error's headers contain the server's challenge.
        assert_eq!(error.headers().unwrap()["www-authenticate"], line);
        assert_eq!(error.headers().unwrap()["dpop-nonce"], "n1");
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
    }
}

/// C7: if the response headers, or an error body in Google's or GitHub's format, report a rate limit, the error gives
/// the rate limit as its reason.
#[tokio::test(start_paused = true)]
async fn a_rate_limit_is_named() {
    let google = json!({ "error": { "code": 403, "errors": [{ "domain": "usageLimits", "reason": "rateLimitExceeded" }] } });
    let cloud = json!({ "error": { "code": 403, "status": "RESOURCE_EXHAUSTED" } });
    let detail = json!({ "error": { "status": "PERMISSION_DENIED", "details": [{ "reason": "RATE_LIMIT_EXCEEDED" }] } });
    let github = json!({ "message": "You have exceeded a secondary rate limit. Please wait a few minutes." });
    let refusals = [
        Answer::new(403).header("retry-after", "30"),
        Answer::new(403).header("x-ratelimit-remaining", "0"),
        Answer::json(403, google),
        Answer::json(403, cloud),
        Answer::json(403, detail),
        Answer::json(403, github),
    ];
    for refusal in refusals {
        let world = World::new();
        let shop = logged_in_client(&world);
        let said = refusal.clone();
        world.stage.respond(move |_| said.clone());

        let error = shop.orders().await.unwrap_err();

        assert_eq!(
            (classification(&error), error.reason()),
            (Some(Classification::NotAuth), Some(Reason::RateLimited)),
            "classification and reason: {refusal:?}"
        );
        assert!(
            error.to_string().ends_with("403 Forbidden (the server is rate-limiting requests)"),
            "{error}"
        );
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
    }
}

/// C7: a 403 response whose body has Google's format but does not report a rate limit starts a refresh, like any other
/// 403 response.
#[tokio::test(start_paused = true)]
async fn another_reason_of_google_starts_a_refresh() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.authority.expire();
    let refusal = json!({ "error": { "code": 403, "errors": [{ "reason": "insufficientPermissions" }] } });
    world.guard_with(Answer::json(403, refusal), |_| order(7));
    let reply = shop.orders().await.unwrap();
    assert_eq!(
        (reply.receipt().classification(), reply.receipt().reason()),
        (Some(Classification::Suspect), None),
        "classification and reason in the receipt"
    );
    world.authority.assert_refreshes(1);
}

/// D18: if the session has no refresh token, a refused call returns an error with the reason `NothingToRefreshWith`.
#[tokio::test(start_paused = true)]
async fn a_refusal_without_a_refresh_token_gives_its_reason() {
    let world = World::new();
    let shop = builder(&world).tokens(Tokens::new("access only")).build().unwrap();
    world.stage.respond(|_| 401);
    let error = shop.orders().await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::NothingToRefreshWith), Some(Classification::Expired)),
        "reason and classification in the error"
    );
    assert!(
        error.to_string().ends_with("401 Unauthorized (the session has no way to refresh the token)"),
        "{error}"
    );
}

/// N2: a refusal from another origin does not trigger a refresh, and the error has the reason `ForeignOrigin`.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_another_origin_gives_its_reason() {
    let (world, elsewhere) = (World::new(), Stage::new());
    let origins = Origins::new().at(ORIGIN, world.clone()).at("https://elsewhere.test", elsewhere.clone());
    world.stage.respond(|_| Answer::redirect("https://elsewhere.test/orders"));
    elsewhere.respond(|_| 403);
    let issued = tokens(&world.authority.issue());
    let shop = ShopClient::builder(ORIGIN).connect_to(origins.clone()).tokens(issued).build().unwrap();
    let error = shop.orders().await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::ForeignOrigin), Some(Classification::NotAuth)),
        "reason and classification in the error"
    );
    world.authority.assert_refreshes(0);
}

/// A3: if the status of a refusal is not one of the configured statuses, the error has the reason `StatusNotListed`.
#[tokio::test(start_paused = true)]
async fn a_status_outside_the_configured_set_gives_its_reason() {
    let world = World::new();
    let shop = builder(&world).refresh_on([403]).tokens(tokens(&world.authority.issue())).build().unwrap();
    world.stage.respond(|_| 401);
    assert_eq!(shop.orders().await.unwrap_err().reason(), Some(Reason::StatusNotListed));
    world.stage.respond(|_| 404);
    let error = shop.orders().await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (None, None),
        "reason and classification in the error"
    );
    assert_eq!(error.to_string(), "Shop::orders: the server answered 404 Not Found");
}

/// J1, J3: if the session ends during a call, the call's error has the reason `SessionEnded`.
#[tokio::test(start_paused = true)]
async fn a_call_whose_session_ended_gives_its_reason() {
    for login in [false, true] {
        let world = World::new();
        let shop = logged_in_client(&world);
        let call = tokio::spawn(shop.orders());
        let parked = world.stage.arrival().await;
        if login {
            shop.login(&ANN).await.unwrap();
        } else {
            shop.session().clear().await.unwrap();
        }
        parked.answer(403);
        let error = done(call).await.unwrap_err();
        assert_eq!(
            (error.is_superseded(), error.is_no_session()),
            (login, !login),
            "is_superseded() and is_no_session() of the error"
        );
        assert_eq!(
            (error.reason(), classification(&error)),
            (Some(Reason::SessionEnded), Some(Classification::Suspect)),
            "reason and classification in the error"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_credential_gives_no_reason() {
    let world = World::new();
    world.stage.respond(|_| 403);
    let shop = logged_in_client(&world);
    let error = shop.health().await.unwrap_err();
    assert_eq!(
        (error.reason(), error.to_string()),
        (None, "Shop::health: the server answered 403 Forbidden".to_owned()),
        "reason and message of the error"
    );
    let request = reqwest::Request::new(http::Method::GET, format!("{ORIGIN}/orders").parse().unwrap());
    let answer = shop.client().execute(request).await.unwrap();
    let receipt = answer.extensions().get::<Receipt>().unwrap();
    assert_eq!(receipt.reason(), Some(Reason::FreshTokenRefused));
}
