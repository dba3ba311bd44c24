//! Tests rules that classify responses by their status, headers and bodies.

use afresh::error::{Classification, Reason};
use afresh::{ByteStream, RefreshToken, Reply, Result, Tokens, api};
use afresh_tests::{Answer, World};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::api::{ORIGIN, Shop, ShopClient, builder, event_names, order, tokens};
use crate::transports::ConnectTo;
use crate::waiting::next_event;

#[api(
    refresh_on(200, 400, 401, 403),
    expired_when(
        json("/error") == "token_expired",
        json("/code") == 17,
        json("/type") == "https://errors.test/expired"
    ),
    forbidden_when(json("/detail") == "CSRF token missing", json("/banned") == true)
)]
pub trait Wordy {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Reply<Value>>;

    #[get("/export")]
    async fn export(&self) -> Result<ByteStream>;

    #[get("/raw")]
    async fn raw(&self) -> Result<reqwest::Response>;

    /// This method's `expired_when` and `forbidden_when` conditions replace the trait's conditions.
    #[expired_when(json("/odd") == true, json("/n") == -1)]
    #[forbidden_when(json("/odd") == false)]
    #[get("/odd")]
    async fn odd(&self) -> Result<Value>;
}

pub fn wordy(world: &World) -> WordyClient {
    let issued = tokens(&world.authority.issue());
    WordyClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap()
}

fn ruled(
    world: &World,
    rule: impl Fn(afresh::ClientBuilder<ShopClient>) -> afresh::ClientBuilder<ShopClient>,
) -> ShopClient {
    rule(builder(world)).tokens(tokens(&world.authority.issue())).build().unwrap()
}

/// Returns a JSON body of more than 1 MB. The last field of the body shows whether a caller received the complete body.
pub fn large(first: &str) -> Bytes {
    let padding = "x".repeat(1024 * 1024);
    format!(r#"{{{first},"padding":"{padding}","last":"all of it"}}"#).into()
}

/// C9: if an `expired_when` rule matches, a refresh starts even on a route that is known to be forbidden.
#[tokio::test(start_paused = true)]
async fn a_body_can_say_that_the_token_has_expired() {
    let bodies = [
        json!({ "error": "token_expired" }),
        json!({ "error": "other", "code": 17 }),
        json!({ "type": "https://errors.test/expired", "status": 403 }),
    ];
    for body in bodies {
        let world = World::new();
        let shop = wordy(&world);
        world.stage.respond(|_| 403);
        assert_eq!(shop.orders().await.unwrap_err().reason(), Some(Reason::FreshTokenRefused));
        assert_eq!(shop.orders().await.unwrap_err().reason(), Some(Reason::RouteForbidden));
        world.authority.assert_refreshes(1);

        world.authority.expire();
        world.guard_with(Answer::json(403, &body), |_| order(7));

        let reply = shop.orders().await.unwrap();
        assert_eq!(reply.receipt().classification(), Some(Classification::Expired), "{body}");
        assert_eq!(reply.receipt().reason(), None, "{body}");
        assert_eq!(world.authority.refreshes(), 2, "refreshes: {body}");
    }
}

/// C8, C9: if a `forbidden_when` rule matches, no refresh starts, even with status 401 and a challenge.
#[tokio::test(start_paused = true)]
async fn a_body_can_say_that_a_refusal_is_not_about_the_token() {
    for status in [401, 403] {
        let world = World::new();
        let shop = wordy(&world);
        world.stage.respond(move |_| {
            Answer::json(status, json!({ "detail": "CSRF token missing", "error": "token_expired" }))
                .header("www-authenticate", r#"Bearer error="invalid_token""#)
        });

        let error = shop.orders().await.unwrap_err();

        assert_eq!(error.reason(), Some(Reason::BodyRule));
        assert_eq!(error.receipt().unwrap().classification(), Some(Classification::Forbidden));
        assert_eq!(error.json::<Value>().unwrap()["detail"], "CSRF token missing");
        assert!(
            error.to_string().ends_with("(forbidden: a `forbidden_when` rule matched the response)"),
            "{error}"
        );
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
    }
}

/// C8: without a rule, 403 responses that report a missing CSRF token, in the formats of Django and Laravel, cause one
/// refresh in total.
#[tokio::test(start_paused = true)]
async fn a_missing_csrf_token_costs_one_refresh_without_a_rule() {
    let pages = [
        Answer::html(
            403,
            "<h1>Forbidden <span>(403)</span></h1><p>CSRF verification failed. Request aborted.</p>",
        ),
        Answer::json(403, json!({ "detail": "CSRF Failed: CSRF token missing." })),
        Answer::json(403, json!({ "message": "CSRF token mismatch." })),
    ];
    for page in pages {
        let world = World::new();
        let shop = ruled(&world, |builder| builder);
        world.stage.respond(move |_| page.clone());
        for _ in 0..10 {
            assert_eq!(shop.report(7).await.unwrap_err().status().unwrap(), 403);
        }
        world.stage.assert_sends(11);
        world.authority.assert_refreshes(1);
    }
}

/// C6: if a rule declares that HTML pages are unrelated to the token, an HTML page does not trigger a refresh.
#[tokio::test(start_paused = true)]
async fn html_pages_can_be_declared_unrelated_to_the_token() {
    let world = World::new();
    let shop = ruled(&world, |builder| builder.forbidden_when(|answer| answer.is_html()));
    world.stage.respond(|_| Answer::html(403, "<html>blocked</html>"));

    let error = shop.report(7).await.unwrap_err();

    assert_eq!(
        (error.reason(), &error.body().unwrap()[..]),
        (Some(Reason::BodyRule), &b"<html>blocked</html>"[..]),
        "reason and body in the error"
    );
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(0);
}

/// A4: a rule function receives the status, the headers and the first 16 KiB of the body.
#[tokio::test(start_paused = true)]
async fn a_function_classifies_by_status_headers_and_body() {
    let world = World::new();
    let shop = ruled(&world, |builder| {
        builder.expired_when(|answer| {
            assert!(answer.body().len() <= 16 * 1024);
            answer.status() == 403
                && answer.headers().get("x-reason").is_some_and(|reason| reason == "old")
                && answer.pointer("/error/code").is_some_and(|code| code == 17)
        })
    });
    world.authority.expire();
    let refusal = Answer::new(403).header("x-reason", "old").body(large(r#""error":{"code":17}"#));
    world.guard_with(refusal, |_| order(7));

    let reply = shop.orders().await.unwrap();

    assert_eq!(reply.receipt().classification(), Some(Classification::Expired));
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// A5: a rule function also classifies the successful responses to hand-written requests.
#[tokio::test(start_paused = true)]
async fn a_function_finds_an_error_in_the_200_of_a_hand_written_request() {
    let world = World::new();
    let shop = ruled(&world, |builder| {
        builder
            .refresh_on([200, 403])
            .expired_when(|answer| answer.pointer("/code").is_some_and(|code| code == 17))
    });
    world.authority.expire();
    world.guard_with(Answer::json(200, json!({ "code": 17 })), |_| order(7));

    let request = reqwest::Request::new(http::Method::GET, format!("{ORIGIN}/orders").parse().unwrap());
    let response = shop.client().execute(request).await.unwrap();

    assert_eq!(response.text().await.unwrap(), r#"{"id":7}"#);
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// A5: a 200 response that contains an error starts a refresh if a rule matches.
#[tokio::test(start_paused = true)]
async fn an_error_in_a_200_starts_a_refresh_if_a_rule_says_so() {
    let world = World::new();
    let shop = wordy(&world);
    world.authority.expire();
    world.guard_with(Answer::json(200, json!({ "error": "token_expired" })), |_| order(7));

    assert_eq!(shop.orders().await.unwrap().body, json!({ "id": 7 }));
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
    assert!(shop.raw().await.unwrap().status().is_success());
    world.stage.assert_sends(3);
    world.authority.assert_refreshes(1);

    world.authority.expire();
    assert_eq!(shop.raw().await.unwrap().text().await.unwrap(), r#"{"id":7}"#);
    world.stage.assert_sends(5);
    world.authority.assert_refreshes(2);
}

/// A5: if no rule matches, a 2xx response is a success, even if `refresh_on` lists its status.
#[tokio::test(start_paused = true)]
async fn a_listed_success_status_without_a_rule_is_a_success() {
    let world = World::new();
    let shop = ruled(&world, |builder| builder.refresh_on([200, 403]));
    world.stage.respond(|_| (200, json!({ "error": "token_expired" })));
    let reply = shop.orders().await.unwrap();
    assert_eq!(reply.receipt().classification(), None);
    world.authority.assert_refreshes(0);
}

/// A5: if the response to a call's second request is also a 200 response that contains an error, that response is
/// returned to the caller, and no second refresh starts.
#[tokio::test(start_paused = true)]
async fn the_second_200_with_an_error_is_the_answer() {
    let world = World::new();
    let shop = wordy(&world);
    world.stage.respond(|_| (200, json!({ "code": 17 })));
    let reply = shop.orders().await.unwrap();
    assert_eq!(reply.body, json!({ "code": 17 }));
    assert_eq!(reply.receipt().reason(), Some(Reason::FreshTokenRefused));
    world.stage.assert_sends(2);
    world.authority.assert_refreshes(1);
}

/// A6: a rule that panics does not classify the response. If a rule panics, the caller still gets the complete
/// response, and an event reports the panic.
#[tokio::test(start_paused = true)]
async fn a_rule_that_panics_classifies_nothing() {
    for status in [401, 403] {
        let world = World::new();
        let shop = ruled(&world, |builder| builder.expired_when(|_| panic!("on purpose")));
        let mut events = shop.session().events();
        world.stage.respond(move |_| Answer::json(status, "the whole answer"));

        let error = shop.report(7).await.unwrap_err();

        assert_eq!(
            (error.status().unwrap().as_u16(), error.json()),
            (status, Some("the whole answer".to_owned())),
            "status and body in the error"
        );
        assert_eq!(error.reason(), Some(Reason::RuleFailed));
        assert_eq!(error.receipt().unwrap().classification(), Some(Classification::NotAuth));
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
        assert!(matches!(
            next_event(&mut events).await,
            Some(afresh::SessionEvent::RuleFailed(Some("Shop::report")))
        ));
        assert_eq!(event_names(&mut events), Vec::<&str>::new());
    }
}

/// C9: a method's rules replace the API's rules.
#[tokio::test(start_paused = true)]
async fn a_methods_rules_replace_those_of_the_api() {
    let world = World::new();
    let shop = wordy(&world);
    world.stage.respond(|_| (403, json!({ "odd": false, "error": "token_expired" })));
    assert_eq!(shop.odd().await.unwrap_err().reason(), Some(Reason::BodyRule));
    world.stage.respond(|_| (403, json!({ "n": -1, "banned": true })));
    assert_eq!(shop.odd().await.unwrap_err().reason(), Some(Reason::FreshTokenRefused));
    world.authority.assert_refreshes(1);
}
