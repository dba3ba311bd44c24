//! Tests failed refreshes: responses from the refresh endpoint that contain no tokens, and the effects on the session
//! and on waiting calls.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use afresh::{AsTokens, Error, RefreshToken, Result, SessionState, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Origins, RefreshTokenField, Role, Stage, World};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, advance};

use crate::api::{ORIGIN, Order, Shop, ShopClient, builder, event_names, logged_in_client, order, tokens};
use crate::transports::ConnectTo;

/// Returns a client whose access token has just expired.
fn late_customer(world: &World) -> ShopClient {
    let shop = logged_in_client(world);
    world.authority.expire();
    world.guard_with(403, |_| order(7));
    shop
}

/// Asserts that a call fails because its refresh failed, that the session does not change, and that a later call
/// succeeds.
async fn assert_temporary(world: &World, shop: &ShopClient, handling: Handling) -> Error {
    let before = shop.session().tokens();
    let mut events = shop.session().events();
    world.authority.next(Role::Refresh, handling);

    let error = shop.order(7).await.unwrap_err();

    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    assert_eq!(error.rejection().map(|rejection| rejection.status().as_u16()), Some(403));
    world.stage.assert_sends(1);
    world.authority.assert_refreshes(1);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
    assert_eq!(shop.session().tokens(), before);
    assert_eq!(event_names(&mut events), ["refresh failed"]);
    advance(Duration::from_secs(2)).await;
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    assert_eq!(event_names(&mut events), ["refreshed"]);
    error
}

/// D1: if the refresh endpoint is unreachable, the session is kept, and the refused call's error contains the 403
/// response.
#[tokio::test(start_paused = true)]
async fn an_unreachable_refresh_endpoint_keeps_the_session() {
    let world = World::new();
    let shop = late_customer(&world);
    let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "on purpose");

    let error = assert_temporary(&world, &shop, Handling::instead(Answer::fail(refused))).await;

    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(|cause| cause.source()) {
        cause = Some(deeper);
    }
    assert_eq!(cause.unwrap().to_string(), "on purpose");
}

/// D6: if a refresh response contains no valid tokens, the client keeps the old tokens.
#[tokio::test(start_paused = true)]
async fn a_malformed_answer_of_the_refresh_endpoint_changes_nothing() {
    let json = |text: &str| Answer::new(200).header("content-type", "application/json").body(text.to_owned());
    let deep = "[".repeat(10_000);
    let answers = [
        Answer::html(200, "<html>Please log in</html>"),
        Answer::text(200, "ok"),
        Answer::new(200),
        Answer::new(204),
        json("null"),
        json("[]"),
        json("\"token\""),
        json("{}"),
        json(r#"{"token":"t"}"#),
        json(r#"{"access_token":null}"#),
        json(r#"{"access_token":""}"#),
        json(r#"{"access_token":5}"#),
        json(r#"{"access_token":["t"]}"#),
        json(r#"{"access_token":{"t":"t"}}"#),
        json(r#"{"access_token":"a\nb"}"#),
        json(r#"{"access_token":"a\u0000b"}"#),
        json(r#"{"access_token":"t"#),
        json(r#"{"access_token":"t"}}"#),
        json(&deep),
        Answer::new(200).header("content-type", "application/json").body(&b"{\"access_token\":\"\xff\"}"[..]),
    ];
    for answer in answers {
        let world = World::new();
        let shop = late_customer(&world);
        assert_temporary(&world, &shop, Handling::instead(answer)).await;
    }
}

#[derive(Deserialize)]
struct Jwt {
    jwt: String,
}

impl AsTokens for Jwt {
    fn as_tokens(&self) -> Tokens {
        match &*self.jwt {
            "none" => Tokens::from_refresh("secret"),
            jwt => Tokens::new(jwt),
        }
    }
}

#[api]
trait Named {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Jwt>;

    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;
}

/// D6: if a custom token type contains no valid access token, the refresh fails, and the client keeps the old tokens.
#[tokio::test(start_paused = true)]
async fn an_answer_of_a_custom_type_without_an_access_token_changes_nothing() {
    for jwt in ["", "none", "a\nb"] {
        let world = World::new();
        let before = tokens(&world.authority.issue());
        let client = NamedClient::builder(ORIGIN).connect_to(world.clone()).tokens(before.clone());
        let client = client.build().unwrap();
        world.stage.respond(|_| 403);
        world.authority.next(Role::Refresh, Handling::instead((200, json!({ "jwt": jwt }))));

        let error = client.orders().await.unwrap_err();

        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 403);
        assert_eq!(client.session().tokens(), Some(before));
    }
}

/// D7: if a refresh response has status 200 but contains a temporary error, the client keeps the old tokens.
#[tokio::test(start_paused = true)]
async fn a_temporary_error_in_a_200_changes_nothing() {
    let world = World::new();
    let shop = late_customer(&world);
    let busy = Handling::instead((200, json!({ "error": "temporarily_unavailable", "access_token": "t" })));
    assert_temporary(&world, &shop, busy).await;
}

/// D9: redirects of refresh requests are not followed, so the refresh token is sent only to the declared endpoint.
#[tokio::test(start_paused = true)]
async fn a_redirect_of_the_refresh_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        for to in ["https://evil.test/steal", "https://shop.test:8443/steal", "/steal"] {
            let (world, elsewhere) = (World::new(), Stage::new());
            let origins = Origins::new().at(ORIGIN, world.clone());
            let origins =
                origins.at("evil.test", elsewhere.clone()).at("https://shop.test:8443", elsewhere.clone());
            let tokens = tokens(&world.authority.issue());
            let shop =
                ShopClient::builder(ORIGIN).connect_to(origins.clone()).tokens(tokens).build().unwrap();
            world.authority.expire();
            world.guard_with(403, |_| order(7));

            let redirect = Answer::new(status).header("location", to);
            assert_temporary(&world, &shop, Handling::instead(redirect)).await;

            assert_eq!(elsewhere.sends(), 0, "requests at the API: {status} {to}");
        }
    }
}

/// D10: if a refresh returns the access token that the server refused, the refresh fails and is not repeated
/// immediately.
#[tokio::test(start_paused = true)]
async fn a_refresh_that_returns_the_refused_token_is_a_failure() {
    let world = World::with(AuthorityConfig { repeats_access: true, ..AuthorityConfig::default() });
    let shop = late_customer(&world);
    world.guard_with(401, |_| order(7));
    let mut events = shop.session().events();

    for sends in 1..=3 {
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_no_progress() && !error.is_session_expired(), "{error:?}");
        assert_eq!(error.rejection().unwrap().status(), 401);
        world.stage.assert_sends(sends);
        world.authority.assert_refreshes(1);
    }
    assert_eq!(event_names(&mut events), ["refresh failed"]);
    assert_eq!(shop.session().state(), SessionState::LoggedIn);

    // The client sends the refresh token that the failed refresh returned, because the older refresh token has already
    // been used.
    world.authority.configure(|config| config.repeats_access = false);
    advance(Duration::from_secs(2)).await;
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
    let presented = world.authority.requests(Role::Refresh)[1].json();
    assert_eq!(presented, json!({ "refresh_token": world.authority.refresh(2) }));
}

/// D10: an early refresh succeeds even if it returns the current access token again, because the server has not refused
/// that token.
#[tokio::test(start_paused = true)]
async fn an_early_refresh_that_returns_the_same_token_is_a_success() {
    let world = World::with(AuthorityConfig {
        repeats_access: true,
        expires_in: Some(json!(100)),
        ..AuthorityConfig::default()
    });
    let tokens = tokens(&world.authority.issue()).with_lifetime(Duration::from_secs(100));
    let shop = builder(&world).tokens(tokens).build().unwrap();
    let mut events = shop.session().events();
    world.guard_with(403, |_| order(7));

    for posts in 1..=3 {
        advance(Duration::from_secs(101)).await;
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        world.stage.assert_sends(2 * posts);
        world.authority.assert_refreshes(posts);
    }
    assert!(!event_names(&mut events).contains(&"refresh failed"));
}

/// D11, D12: if the refresh token in a refresh response is missing or empty, the client keeps the old refresh token.
#[tokio::test(start_paused = true)]
async fn a_refresh_without_a_refresh_token_keeps_the_old_one() {
    for refresh_token_field in [RefreshTokenField::Omitted, RefreshTokenField::Empty] {
        let world = World::with(AuthorityConfig { refresh_token_field, ..AuthorityConfig::default() });
        let shop = late_customer(&world);
        for posts in 1..=3 {
            assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
            world.authority.assert_refreshes(posts);
            world.authority.expire();
        }
        for exchange in world.authority.requests(Role::Refresh) {
            assert_eq!(exchange.json(), json!({ "refresh_token": world.authority.refresh(1) }));
        }
    }
}

/// D17: a refresh response that is too long causes an error, and the client stops reading the response.
#[tokio::test(start_paused = true)]
async fn a_token_answer_that_is_too_long_is_an_error() {
    let token = r#"{"access_token":"t","padding":""#;
    let answers = [
        Answer::new(200).body(format!("{token}{}\"}}", "x".repeat(10 << 20))),
        Answer::new(200).chunks(std::iter::once(token.to_owned()).chain(vec!["x".repeat(1 << 10); 10 << 10])),
    ];
    for answer in answers {
        let world = World::new();
        let shop = late_customer(&world);
        let start = Instant::now();

        assert_temporary(&world, &shop, Handling::instead(answer)).await;

        assert!(start.elapsed() <= Duration::from_secs(10 + 2));
        assert!(world.authority.requests(Role::Refresh)[0].state().is_over());
    }
}

/// D17: a refresh response of sixty kilobytes is accepted.
#[tokio::test(start_paused = true)]
async fn a_token_answer_of_sixty_kilobytes_is_read() {
    let world = World::with(AuthorityConfig {
        members: json!({ "padding": "x".repeat(60 << 10) }),
        ..AuthorityConfig::default()
    });
    let shop = late_customer(&world);
    assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
}

/// D18: if the session has no refresh token, the server's refusal is returned to the caller.
#[tokio::test(start_paused = true)]
async fn without_a_refresh_token_the_refusal_is_the_answer() {
    for status in [401, 403] {
        let world = World::new();
        world.stage.respond(move |_| (status, "no"));
        let shop = builder(&world).tokens(Tokens::new("t")).build().unwrap();

        let error = shop.order(7).await.unwrap_err();

        assert!(error.is_status(), "{error:?}");
        assert_eq!(
            (error.status().unwrap().as_u16(), error.json()),
            (status, Some("no".to_owned())),
            "status and body in the error"
        );
        world.stage.assert_sends(1);
        world.authority.assert_refreshes(0);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
    }
}

/// D20: a new access token with a very short lifetime is used for one call and is not refreshed until the next call.
#[tokio::test(start_paused = true)]
async fn a_refreshed_token_that_expires_at_once_starts_no_loop() {
    for expires_in in [json!(1), json!(0.000_001)] {
        let world =
            World::with(AuthorityConfig { expires_in: Some(expires_in), ..AuthorityConfig::default() });
        let shop = late_customer(&world);
        let mut events = shop.session().events();

        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        world.stage.assert_sends(2);
        world.authority.assert_refreshes(1);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        world.authority.assert_refreshes(1);
        assert_eq!(event_names(&mut events), ["refreshed"]);

        assert_eq!(shop.order(7).await.unwrap(), Order { id: 7 });
        world.stage.assert_sends(3);
        world.authority.assert_refreshes(2);
        assert_eq!(event_names(&mut events), ["refreshed"]);
    }
}

/// D6: a login response that contains no tokens causes an error and does not change the session.
#[tokio::test(start_paused = true)]
async fn a_malformed_answer_to_a_login_leaves_the_session_unchanged() {
    let world = World::new();
    let shop = logged_in_client(&world);
    let before = shop.session().tokens();
    for answer in [Answer::html(200, "<html>"), Answer::json(200, Value::Null), Answer::json(200, json!({}))]
    {
        world.authority.next(Role::Login, Handling::instead(answer));
        assert!(shop.login(&crate::api::ANN).await.unwrap_err().is_decode());
        assert_eq!(shop.session().tokens(), before);
    }
}
