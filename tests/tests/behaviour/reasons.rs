//! Tests the reason that an error gives if a call remains refused although the client has refreshed or tried to.

use std::time::Duration;

use afresh::error::{Classification, Reason, RefreshedBy};
use afresh::{Body, Client, Error, SessionEvent, Tokens, api};
use afresh_tests::{Answer, Handling, Role, World};
use futures_util::stream;
use serde_json::json;
use tokio::time::advance;

use crate::api::{ORIGIN, Shop, ShopClient, builder, logged_in_client, order, tokens};
use crate::transports::ConnectTo;
use crate::waiting::next_event;

#[api]
trait Uploads {
    #[post("/uploads")]
    async fn upload(&self, #[body] content: Body) -> afresh::Result<()>;
}

pub(super) fn classification(error: &Error) -> Option<Classification> {
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

        assert_eq!(
            (error.reason(), classification(&error)),
            (Some(Reason::FreshTokenRefused), Some(said)),
            "reason and classification in the error"
        );
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
        (Some(Reason::RouteForbidden), Some(Classification::Suspect)),
        "reason and classification in the error"
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
        (Some(Reason::BodySpent), Some(Classification::Suspect)),
        "reason and classification in the error"
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
        (Some(Reason::RefreshFailed), Some(Classification::Expired)),
        "reason and classification in the error"
    );
    assert_eq!(error.rejection().unwrap().status(), 401);
    assert!(error.is_refresh() && error.to_string().contains("503"), "{error}");

    advance(Duration::from_secs(2)).await;
    world.authority.revoke();
    let error = shop.orders().await.unwrap_err();
    assert_eq!(
        (error.reason(), classification(&error)),
        (Some(Reason::SessionExpired), Some(Classification::Expired)),
        "reason and classification in the error"
    );
    assert!(error.is_session_expired() && error.rejection().is_some());
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
