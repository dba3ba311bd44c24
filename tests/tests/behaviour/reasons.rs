//! Tests the reason that an error or a call's receipt gives for a refusal, and the other fields of a receipt.

use std::time::Duration;

use afresh::error::{Challenge, Classification, Reason, RefreshedBy};
use afresh::{Body, Client, Error, Receipt, SessionEvent, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Origins, Role, Stage, World};
use futures_util::stream;
use serde_json::json;
use tokio::time::advance;

use crate::api::{
    ANN, ORIGIN, Shop, ShopClient, builder, logged_in_client, logged_out_client, order, tokens,
};
use crate::transports::ConnectTo;
use crate::waiting::{done, next_event, settled};

#[api]
trait Uploads {
    #[post("/uploads")]
    async fn upload(&self, #[body] content: Body) -> afresh::Result<()>;
}

fn classification(error: &Error) -> Option<Classification> {
    error.receipt().unwrap().classification()
}

/// C1: if the server refuses the new token too, the error has the reason `FreshTokenRefused`.
#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_fresh_token_says_so() {
    for (status, said) in [(401, Classification::Expired), (403, Classification::Suspect)] {
        let world = World::new();
        let shop = logged_in_client(&world);
        world.stage.respond(move |_| status);

        let error = shop.report(7).await.unwrap_err();

        assert_eq!((error.reason(), classification(&error)), (Some(Reason::FreshTokenRefused), Some(said)));
        assert!(error.is_status());
        let name = http::StatusCode::from_u16(status).unwrap();
        let text =
            format!("Shop::report: the server answered {name} (forbidden: a fresh token was refused, too)");
        assert_eq!(error.to_string(), text);
        let receipt = error.receipt().unwrap();
        assert_eq!(receipt.sends(), 2, "sends in the receipt");
        assert_eq!(receipt.generation(), Some(2));
        assert_eq!(receipt.epoch(), Some(1));
        assert_eq!(receipt.refreshed_by(), Some(RefreshedBy::ThisCall));
    }
}

/// C2, C10, C12: if a refresh did not resolve a refusal, errors from later refused calls give the reason why no refresh
/// was started.
#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_useless_refresh_gives_its_reason() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 403);
    shop.report(7).await.unwrap_err();

    let error = shop.report(8).await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::RouteForbidden), Some(Classification::Suspect))
    );
    assert!(
        error.to_string().contains("403 Forbidden (forbidden: the server recently refused a fresh token"),
        "{error}"
    );
    let error = shop.orders().await.unwrap_err();
    assert_eq!(error.reason(), Some(Reason::JustRefreshed));
    assert_eq!(error.receipt().unwrap().sends(), 1);
    world.authority.assert_refreshes(1);
}

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
            "{refusal:?}"
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
        (Some(Reason::NothingToRefreshWith), Some(Classification::Expired))
    );
    assert!(
        error.to_string().ends_with("401 Unauthorized (the session has no way to refresh the token)"),
        "{error}"
    );
}

/// M1, L4: if a call cannot be sent again after a refresh, its error gives the reason.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_sent_again_gives_its_reason() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.guard(403);
    world.authority.expire();
    let error = shop.pay(7).await.unwrap_err();
    assert_eq!(error.reason(), Some(Reason::NoReplay));
    assert_eq!(error.receipt().unwrap().sends(), 1, "sends in the receipt");
    assert_eq!(error.receipt().unwrap().refreshed_by(), Some(RefreshedBy::ThisCall));

    world.authority.expire();
    let uploads = UploadsClient::new(shop.client().clone());
    let content = Body::stream(stream::iter([Ok::<_, std::io::Error>("once")]));
    let error = uploads.upload(content).await.unwrap_err();
    assert!(error.is_not_replayable());
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::BodySpent), Some(Classification::Suspect))
    );
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(2);
}

/// A14: if a call cannot be sent again, its error contains the complete refusal: status, headers and body. The error
/// contains the refusal even if a user-defined rule has read the body, or if the refresh failed.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_sent_again_keeps_the_servers_answer() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Refused {
        code: u32,
        hint: String,
    }
    for ruled in [false, true] {
        let world = World::new();
        let builder = builder(&world).tokens(tokens(&world.authority.issue()));
        let builder =
            if ruled { builder.expired_when(|answer| answer.pointer("/code").is_some()) } else { builder };
        let shop = builder.build().unwrap();
        let refusal = Answer::json(403, json!({ "code": 17, "hint": "old token" })).header("x-trace", "t1");
        world.guard_with(refusal, |_| order(7));
        let check = |error: Error| {
            assert_eq!(
                (error.status().unwrap().as_u16(), &error.headers().unwrap()["x-trace"]),
                (403, &"t1".parse().unwrap()),
                "status and `x-trace` header in the error"
            );
            assert_eq!(error.json(), Some(Refused { code: 17, hint: "old token".to_owned() }));
            assert_eq!(error.rejection().unwrap().body(), error.body().unwrap());
            assert_eq!(
                classification(&error),
                Some(if ruled { Classification::Expired } else { Classification::Suspect })
            );
        };

        world.authority.expire();
        let uploads = UploadsClient::new(shop.client().clone());
        check(
            uploads.upload(Body::stream(stream::iter([Ok::<_, std::io::Error>("once")]))).await.unwrap_err(),
        );
        world.authority.expire();
        check(shop.pay(7).await.unwrap_err());
        world.authority.expire();
        world.authority.next(Role::Refresh, Handling::instead(503));
        check(shop.orders().await.unwrap_err());
    }
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
        (Some(Reason::ForeignOrigin), Some(Classification::NotAuth))
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

/// C13: after five consecutive refreshes that did not resolve a refusal, the next refused call does not trigger a
/// refresh, and its error reports that there were too many refreshes.
#[tokio::test(start_paused = true)]
async fn too_many_useless_refreshes_are_a_separate_error() {
    let world = World::new();
    let shop = logged_in_client(&world);
    world.stage.respond(|_| 401);
    for _ in 0..5 {
        assert_eq!(shop.orders().await.unwrap_err().reason(), Some(Reason::FreshTokenRefused));
    }
    let error = shop.orders().await.unwrap_err();
    assert!(error.is_excessive_refresh() && error.is_refresh() && !error.is_no_progress(), "{error:?}");
    assert_eq!(error.reason(), Some(Reason::ExcessiveRefresh));
    assert_eq!(error.rejection().unwrap().status().as_u16(), 401);
    assert_eq!(error.receipt().unwrap().sends(), 1, "sends in the receipt");
    world.authority.assert_refreshes(5);
}

/// D10: if a refresh returns the refused token again, the call fails with an error for which `is_no_progress` returns
/// `true`.
#[tokio::test(start_paused = true)]
async fn a_refresh_without_progress_is_a_separate_error() {
    let world = World::new();
    let issued = world.authority.issue();
    let same = Tokens::new(&*issued.access).with_refresh("other");
    let client = Client::builder(ORIGIN)
        .connect_to(world.clone())
        .tokens(tokens(&issued))
        .refresh_with(move |_| std::future::ready(Ok(same.clone())))
        .build()
        .unwrap();
    world.stage.respond(|_| 401);
    let error = ShopClient::new(client).orders().await.unwrap_err();
    assert!(error.is_no_progress() && error.is_refresh() && !error.is_excessive_refresh(), "{error:?}");
    assert_eq!(error.reason(), Some(Reason::NoProgress));
    world.stage.assert_sends(1);
}

/// U5: after a failed refresh, the error contains the refusal, the cause of the failure, and the classification of the
/// refusal.
#[tokio::test(start_paused = true)]
async fn an_error_holds_refusal_failure_and_classification() {
    let world = World::new();
    world.guard(401);
    let shop = logged_in_client(&world);
    world.authority.expire();
    world.authority.next(Role::Refresh, Handling::instead(503));
    let error = shop.orders().await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::RefreshFailed), Some(Classification::Expired))
    );
    assert_eq!(error.rejection().unwrap().status(), 401);
    assert!(error.is_refresh() && error.to_string().contains("503"), "{error}");

    advance(Duration::from_secs(2)).await;
    world.authority.revoke();
    let error = shop.orders().await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::SessionExpired), Some(Classification::Expired))
    );
    assert!(error.is_session_expired() && error.rejection().is_some());
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
            (Some(Reason::SessionEnded), Some(Classification::Suspect))
        );
    }
}

/// U6: the event for a failed refresh contains the status and error code returned by the refresh endpoint.
#[tokio::test(start_paused = true)]
async fn the_event_of_a_failed_refresh_gives_its_reason() {
    let world = World::new();
    world.guard(403);
    let shop = logged_in_client(&world);
    let mut events = shop.session().events();
    world.authority.expire();
    world
        .authority
        .next(Role::Refresh, Handling::instead((503, json!({ "error": "temporarily_unavailable" }))));
    shop.orders().await.unwrap_err();
    let Some(SessionEvent::RefreshFailed(error)) = next_event(&mut events).await else {
        panic!("the event of the failure is missing")
    };
    assert_eq!(
        error.to_string(),
        "the refresh endpoint answered 503 Service Unavailable: temporarily_unavailable. Try again later"
    );
}

/// A call's receipt reports whether the call itself or another call started the refresh, how long the call waited, and
/// the generation number of the tokens that the call used.
#[tokio::test(start_paused = true)]
async fn a_receipt_says_which_call_refreshed_and_how_long_this_one_waited() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let calls: Vec<_> = (0..2).map(|_| tokio::spawn(shop.orders())).collect();
    let arrivals = world.stage.arrivals(2).await;
    world.authority.expire();
    world.authority.hold(Role::Refresh);
    for arrival in arrivals {
        arrival.answer(403);
        settled().await;
    }
    advance(Duration::from_secs(2)).await;
    world.guard(403);
    world.authority.open(Role::Refresh);

    let mut by = Vec::new();
    for call in calls {
        let reply = done(call).await.unwrap();
        let receipt = *reply.receipt();
        assert_eq!(
            (receipt.classification(), receipt.reason()),
            (Some(Classification::Suspect), None),
            "classification and reason in the receipt"
        );
        assert_eq!(receipt.epoch(), Some(1));
        assert_eq!(receipt.generation(), Some(2));
        assert_eq!(receipt.sends(), 2, "sends in the receipt");
        let waited = receipt.waited() >= Duration::from_secs(2);
        by.push((receipt.refreshed_by().unwrap(), receipt.is_refreshed(), waited));
    }
    assert_eq!(
        by[0],
        (RefreshedBy::ThisCall, true, true),
        "refreshed_by(), is_refreshed(), and whether the call waited for 2 s"
    );
    assert_eq!(
        by[1],
        (RefreshedBy::AnotherCall, true, true),
        "refreshed_by(), is_refreshed(), and whether the call waited for 2 s"
    );
}

/// H2: a call's receipt also reports a refresh that preceded the call's first request.
#[tokio::test(start_paused = true)]
async fn a_receipt_shows_a_refresh_before_the_first_send() {
    let world = World::with(AuthorityConfig {
        lifetime: Some(Duration::from_secs(60)),
        ..AuthorityConfig::default()
    });
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    world.guard(403);
    let fresh = *shop.orders().await.unwrap().receipt();
    assert_eq!(
        (fresh.refreshed_by(), fresh.waited(), fresh.classification()),
        (None, Duration::ZERO, None),
        "refreshed_by(), waited() and classification() of the receipt"
    );
    advance(Duration::from_secs(61)).await;
    let reply = shop.orders().await.unwrap();
    assert_eq!(reply.receipt().refreshed_by(), Some(RefreshedBy::ThisCall));
    assert_eq!(reply.receipt().sends(), 1, "sends in the receipt");
    assert_eq!(reply.receipt().generation(), Some(2));
}

/// C5: if a 403 response without a challenge arrives after the token's lifetime has passed, the client treats the token
/// as expired. If a 403 response without a challenge arrives during the token's lifetime, the client treats the token
/// as possibly expired.
#[tokio::test(start_paused = true)]
async fn a_403_is_classified_by_the_lifetime_of_the_token() {
    const LIFETIME: Duration = Duration::from_secs(60);
    for (later, expected) in [
        (Duration::ZERO, Classification::Suspect),
        (LIFETIME + Duration::from_secs(1), Classification::Expired),
    ] {
        let world = World::with(AuthorityConfig { lifetime: Some(LIFETIME), ..AuthorityConfig::default() });
        let shop = logged_out_client(&world);
        shop.login(&ANN).await.unwrap();
        let call = tokio::spawn(shop.orders());
        let parked = world.stage.arrival().await;
        world.authority.expire();
        world.guard(403);
        advance(later).await;
        parked.answer(403);
        let receipt = *done(call).await.unwrap().receipt();
        assert_eq!(
            (receipt.classification(), receipt.sends()),
            (Some(expected), 2),
            "classification and sends: {later:?}"
        );
    }
}

/// If a call is refused after another call has refreshed, the refused call's receipt reports `RefreshedBy::Already` and
/// no waiting time.
#[tokio::test(start_paused = true)]
async fn a_late_refusal_finds_the_refresh_done() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let late = tokio::spawn(shop.orders());
    let parked = world.stage.arrival().await;
    world.guard(403);
    world.authority.expire();
    shop.orders().await.unwrap();
    parked.answer(403);
    let receipt = *done(late).await.unwrap().receipt();
    assert_eq!(
        (receipt.refreshed_by(), receipt.waited()),
        (Some(RefreshedBy::Already), Duration::ZERO),
        "refreshed_by() and waited() of the receipt"
    );
    assert!(!receipt.is_refreshed() && receipt.is_replayed());
    assert_eq!(receipt.classification(), Some(Classification::Suspect));
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
