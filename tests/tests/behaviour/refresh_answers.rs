//! Tests responses to logins and refreshes: custom codes that end the session, and token responses in unusual formats.

use afresh::{AsTokens, RefreshToken, Reply, Result, SessionState, Tokens, api};
use afresh_tests::{Answer, Handling, Role, World};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::advance;

use std::time::Duration;

use crate::api::{
    ANN, Credentials, ORIGIN, Order, Shop, ShopClient, builder, logged_in_client, logged_out_client, order,
    tokens,
};
use crate::transports::ConnectTo;

#[api(
    session_ends_on(401, 403),
    session_ends_when(json("/errors/0/extensions/code") == "INVALID_CREDENTIALS", json("/errcode") == "M_FORBIDDEN")
)]
trait Declared {
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

fn declared(world: &World) -> DeclaredClient {
    let issued = tokens(&world.authority.issue());
    DeclaredClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued).build().unwrap()
}

/// Returns a fake server that refuses the access token and sends the given response to every refresh.
fn world_with(answer: impl Into<Answer>) -> World {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    world.authority.always(Role::Refresh, Handling::instead(answer));
    world
}

/// W4: a refresh response ends the session if the trait declares the response's status or error code as ending the
/// session.
#[tokio::test(start_paused = true)]
async fn a_declared_status_or_code_ends_the_session() {
    let answers = [
        (401, json!({ "data": null, "error": { "status": 401 } })),
        (403, json!({ "message": "no" })),
        (400, json!({ "errors": [{ "extensions": { "code": "INVALID_CREDENTIALS" } }] })),
        (200, json!({ "errcode": "M_FORBIDDEN" })),
        (401, json!({ "error": "invalid_client" })),
    ];
    for (status, body) in answers {
        let world = world_with((status, body.clone()));
        let shop = declared(&world);
        world.authority.expire();
        let error = shop.order(7).await.unwrap_err();
        assert!(error.is_session_expired(), "{status} {body}: {error:?}");
        assert_eq!(shop.session().state(), SessionState::Expired, "{status} {body}");
        assert!(shop.order(7).await.unwrap_err().is_session_expired());
        world.authority.assert_refreshes(1);
    }
}

/// W4: statuses passed to the builder's `session_ends_on` replace the trait's statuses.
#[tokio::test(start_paused = true)]
async fn the_statuses_of_the_builder_outrank_those_of_the_trait() {
    for (status, ended) in [(401, false), (409, true)] {
        let world = world_with((status, json!({})));
        let issued = tokens(&world.authority.issue());
        let builder = DeclaredClient::builder(ORIGIN).connect_to(world.clone()).tokens(issued);
        let shop = builder.session_ends_on([409]).build().unwrap();
        world.authority.expire();
        let error = shop.order(7).await.unwrap_err();
        assert_eq!(
            (error.is_session_expired(), error.is_refresh()),
            (ended, !ended),
            "{status}: is_session_expired() and is_refresh() of {error:?}"
        );
    }
}

/// W4: if a refresh response has an error code that the API does not declare, the error names the code and the missing
/// declaration.
#[tokio::test(start_paused = true)]
async fn an_undeclared_code_is_named_with_the_declaration_and_starts_no_storm() {
    let answers = [
        (
            json!({ "errors": [{ "extensions": { "code": "INVALID_CREDENTIALS" } }] }),
            "/errors/0/extensions/code",
        ),
        (json!({ "errcode": "M_FORBIDDEN" }), "/errcode"),
        (json!({ "data": null, "error": { "status": 401 } }), "session_ends_on(401)"),
    ];
    for (body, expected) in answers {
        let world = world_with((401, body.clone()));
        let shop = logged_in_client(&world);
        world.authority.expire();
        for _ in 0..100 {
            let error = shop.order(7).await.unwrap_err();
            assert!(error.is_refresh() && !error.is_session_expired(), "{body}: {error:?}");
            let text = error.to_string();
            assert!(text.contains(expected) && text.contains("session_ends_on(401)"), "{body}: {text}");
        }
        world.authority.assert_refreshes(1);
        assert_eq!(shop.session().state(), SessionState::LoggedIn);
    }
}

/// W5: a status in `session_ends_on` ends the session, even if the OAuth error code reports an invalid request.
#[tokio::test(start_paused = true)]
async fn a_declared_status_outranks_an_oauth_code() {
    let world = world_with((400, json!({ "error": "invalid_request" })));
    let issued = tokens(&world.authority.issue());
    let shop = builder(&world).tokens(issued).session_ends_on([400]).build().unwrap();
    world.authority.expire();
    assert!(shop.order(7).await.unwrap_err().is_session_expired());
}

/// W6: well-known error codes that reject the refresh token end the session, even in a response with status 200.
#[tokio::test(start_paused = true)]
async fn known_codes_end_the_session_with_status_200_too() {
    for code in ["bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired"] {
        let form = format!("error={code}&error_description=The+refresh+token+passed+is+incorrect");
        let form = Answer::new(200)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(form);
        for answer in
            [Answer::json(200, json!({ "error": code })), Answer::json(401, json!({ "error": code })), form]
        {
            let world = world_with(answer);
            let shop = logged_in_client(&world);
            world.authority.expire();
            assert!(shop.order(7).await.unwrap_err().is_session_expired(), "{code}");
        }
    }
}

/// W7: a token response is usable even if an optional field has an unexpected value.
#[tokio::test(start_paused = true)]
async fn no_optional_field_makes_an_answer_with_a_token_unusable() {
    let values = [
        json!(null),
        json!(true),
        json!(7),
        json!(-7),
        json!(7.5),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!(["a", "b"]),
        json!([1, {}]),
        json!({ "a": ["b"] }),
        json!(u64::MAX),
        json!(1e300),
    ];
    for field in [
        "scope",
        "token_type",
        "tokenType",
        "expires_in",
        "expiresIn",
        "refresh_token",
        "refreshToken",
        "other",
    ] {
        for value in &values {
            let world = World::new();
            let shop = logged_out_client(&world);
            let mut body = json!({ "access_token": "t" });
            body[field] = value.clone();
            world.authority.next(Role::Login, Handling::instead((200, body)));
            let tokens = shop.login(&ANN).await.unwrap_or_else(|error| panic!("{field} {value}: {error:?}"));
            assert_eq!(tokens.access_token().unwrap().secret(), "t");
            assert_eq!(shop.session().state(), SessionState::LoggedIn);
        }
    }
    let tokens: Tokens = serde_json::from_value(json!({ "access_token": "t", "scope": ["a", "b"] })).unwrap();
    assert_eq!(tokens.scope(), Some("a b"));
}

/// W7: a token response that starts with a byte order mark can be read.
#[tokio::test(start_paused = true)]
async fn tokens_are_read_behind_a_byte_order_mark() {
    let world = World::new();
    let shop = logged_out_client(&world);
    let body = "\u{feff}{\"access_token\":\"t\"}".to_owned();
    let answer = Answer::new(200).header("content-type", "application/json").body(body);
    world.authority.next(Role::Login, Handling::instead(answer));
    assert_eq!(shop.login(&ANN).await.unwrap().access_token().unwrap().secret(), "t");
}

fn form(body: String) -> Answer {
    Answer::new(200).header("content-type", "application/x-www-form-urlencoded; charset=utf-8").body(body)
}

/// W8: login and refresh requests ask for JSON in the `accept` header, unless the trait or the builder sets a different
/// value.
#[tokio::test(start_paused = true)]
async fn a_login_and_a_refresh_ask_for_json() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    shop.login(&ANN).await.unwrap();
    world.authority.expire();
    shop.order(7).await.unwrap();
    for role in [Role::Login, Role::Refresh] {
        assert_eq!(world.authority.requests(role)[0].header("accept"), Some("application/json"), "{role:?}");
    }
    let other = builder(&world).header("accept", "application/vnd.shop+json").build().unwrap();
    other.login(&ANN).await.unwrap();
    world.authority.expire();
    other.order(7).await.unwrap();
    for role in [Role::Login, Role::Refresh] {
        let accept = world.authority.requests(role)[1].header("accept").map(str::to_owned);
        assert_eq!(accept.as_deref(), Some("application/vnd.shop+json"), "{role:?}");
    }
}

/// W8: a token in a URL-encoded response is kept unchanged even if part of it looks like a number.
#[tokio::test]
async fn urlencoded_tokens_that_look_like_numbers_do_not_change() {
    let world = World::new();
    let shop = logged_out_client(&world);
    let body = "access_token=f0d8ad8e741d2f01&refresh_token=1e999&expires_in=28800".to_owned();
    world.authority.next(Role::Login, Handling::instead(form(body)));
    let tokens = shop.login(&ANN).await.unwrap();
    assert_eq!(tokens.access_token().unwrap().secret(), "f0d8ad8e741d2f01");
    assert_eq!(tokens.refresh_token().unwrap().secret(), "1e999");
}

/// W8: tokens in a URL-encoded response can be read, including a rotated refresh token.
#[tokio::test(start_paused = true)]
async fn urlencoded_tokens_are_read() {
    let world = World::new();
    world.guard_with(403, |_| order(7));
    let shop = logged_out_client(&world);
    let issued = world.authority.issue();
    let body = format!(
        "access_token={}&refresh_token={}&expires_in=28800&scope=&token_type=bearer",
        issued.access, issued.refresh
    );
    world.authority.next(Role::Login, Handling::instead(form(body)));
    let tokens = shop.login(&ANN).await.unwrap();
    assert_eq!(tokens.expires_in(), Some(Duration::from_secs(28_800)));
    assert_eq!(tokens.refresh_token().unwrap().secret(), issued.refresh);

    world.authority.hold_processed(Role::Refresh);
    world.authority.expire();
    let call = tokio::spawn(shop.order(7));
    let held = world.authority.parked(Role::Refresh).await;
    let next =
        format!("access_token={}&refresh_token={}", world.authority.access(2), world.authority.refresh(2));
    held.process_then(form(next));
    call.await.unwrap().unwrap();
    assert_eq!(
        shop.session().tokens().unwrap().refresh_token().unwrap().secret(),
        world.authority.refresh(2)
    );
}

/// A token response with custom field names and a numeric lifetime.
#[derive(Debug, Deserialize, AsTokens)]
struct Named {
    #[tokens(access)]
    access_token: String,
    #[tokens(expires_in)]
    expires: u64,
}

#[api]
trait Forms {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Reply<Named>>;
}

/// W8: a custom token type can be decoded from a URL-encoded response too.
#[tokio::test(start_paused = true)]
async fn a_type_of_the_user_reads_urlencoded_tokens() {
    let world = World::new();
    let forms = FormsClient::builder(ORIGIN).connect_to(world.clone()).build().unwrap();
    let answer = Answer::text(200, "access_token=t&expires=60");
    world.authority.next(Role::Login, Handling::instead(answer));
    let named = forms.login(&ANN).await.unwrap().body;
    assert_eq!((&*named.access_token, named.expires), ("t", 60), "access token and lifetime in seconds");
    assert_eq!(forms.session().tokens().unwrap().expires_in(), Some(Duration::from_secs(60)));
}

/// W15: if a response does not contain tokens, the error names the trait method and the response's fields, but does not
/// contain any values.
#[tokio::test(start_paused = true)]
async fn an_answer_of_another_shape_is_an_error_that_names_its_fields() {
    let world = World::new();
    let shop = logged_out_client(&world);
    let canary = world.authority.canary();
    let long = "n".repeat(33);
    let answers: [(Value, &str); 3] = [
        (json!({ "token": canary }), "which has the fields `token`"),
        (
            json!({ "data": { "access_token": canary }, (long): 1, "8x-y": 1, "a b": 1 }),
            "which has the fields `data`.",
        ),
        (json!({}), "which has no fields"),
    ];
    for (body, names) in answers {
        world.authority.next(Role::Login, Handling::instead((200, body.clone())));
        let error = shop.login(&ANN).await.unwrap_err();
        let text = error.to_string();
        assert!(error.is_decode() && error.method() == Some("Shop::login"), "{error:?}");
        assert!(text.starts_with("Shop::login: no access token was found"), "{text}");
        assert!(text.contains(names) && text.contains("afresh::AsTokens"), "{body}: {text}");
        assert!(!format!("{error:?} {text}").contains(&canary));
    }
}

/// W15: if a refresh response does not contain tokens, the error names the `#[refresh]` method and the response's
/// fields.
#[tokio::test(start_paused = true)]
async fn a_refresh_of_another_shape_names_the_refresh_method_and_its_fields() {
    let world = world_with((200, json!({ "token": "a", "user": "ann" })));
    let shop: ShopClient = logged_in_client(&world);
    world.authority.expire();
    let error = shop.order(7).await.unwrap_err();
    let text = error.to_string();
    assert!(error.is_refresh(), "{error:?}");
    assert!(
        text.contains(
            "Shop::refresh: no access token was found in the response, which has the fields `token`, `user`"
        ),
        "{text}"
    );
    assert!(text.contains("afresh::AsTokens"), "{text}");
    advance(Duration::from_secs(60)).await;
    assert_eq!(shop.session().state(), SessionState::LoggedIn);
}
