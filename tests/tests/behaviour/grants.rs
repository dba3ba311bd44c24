//! Tests OAuth 2.0 grants, which replace a `#[refresh]` method: their requests and endpoints, and how token responses
//! are read.

use std::error::Error as _;
use std::time::Duration;

use afresh::oauth2::{ClientAuth, ClientCredentials, ErrorResponse, RefreshTokenGrant};
use afresh::{Error, Refresher, Result, SessionState, Tokens, api};
use afresh_tests::{Answer, AuthorityConfig, Handling, Origins, RefreshTokenField, Role, Seen, World};
use serde_json::{Value, json};
use tokio::time::advance;

use crate::api::{ORIGIN, event_names, tokens};
use crate::transports::ConnectTo;
use crate::waiting::done;

const TOKEN: &str = "https://id.test/api/user/refresh_token";
/// The URL of a token endpoint that treats every request as a login and does not check the parameters.
const ISSUE: &str = "https://id.test/api/user/login";

/// An API without login and refresh methods, whose session is set by the test.
#[api]
trait Orders {
    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> Result<Value>;
}

/// Returns a client builder for an API and an authorization server that have different origins.
fn apart(world: &World) -> afresh::ClientBuilder<OrdersClient> {
    let origins = Origins::new().at(ORIGIN, world.clone()).at("https://id.test", world.authority.clone());
    OrdersClient::builder(ORIGIN).connect_to(origins.clone())
}

fn user(world: &World, grant: RefreshTokenGrant) -> OrdersClient {
    let given = tokens(&world.authority.issue());
    apart(world).tokens(given).refresher(grant).build().unwrap()
}

fn program(world: &World) -> OrdersClient {
    apart(world).refresher(ClientCredentials::new(ISSUE, "billing", "hush")).build().unwrap()
}

fn form(seen: &Seen) -> Vec<(String, String)> {
    form_urlencoded::parse(seen.body()).into_owned().collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn response(error: &Error) -> Option<&ErrorResponse> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(response) = error.downcast_ref() {
            return Some(response);
        }
        cause = error.source();
    }
    None
}

/// B1, N1: the grant sends one token request (RFC 6749) for all waiting calls. The token request contains none of the
/// API's headers.
#[tokio::test(start_paused = true)]
async fn a_refresh_at_another_origin_is_one_request_for_all_calls() {
    let world = World::new();
    let grant = RefreshTokenGrant::new(TOKEN).client_id("app");
    let origins = Origins::new().at(ORIGIN, world.clone()).at("https://id.test", world.authority.clone());
    let client = OrdersClient::builder(ORIGIN)
        .connect_to(origins.clone())
        .header("x-api-key", "for the API only")
        .tokens(tokens(&world.authority.issue()))
        .refresher(grant)
        .build()
        .unwrap();

    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(client.orders())).collect();
    let parked = world.stage.arrivals(100).await;
    world.guard(401);
    world.authority.expire();
    for arrival in parked {
        arrival.answer(403);
    }
    for call in calls {
        done(call).await.unwrap();
    }

    world.authority.assert_refreshes(1);
    let exchange = &world.authority.requests(Role::Refresh)[0];
    assert_eq!((exchange.method(), &*exchange.uri().to_string()), ("POST", TOKEN));
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &world.authority.refresh(1)),
        ("client_id", "app"),
    ];
    assert_eq!(form(exchange), pairs(expected));
    let mut names: Vec<_> = exchange.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-type"]);
    assert_eq!(exchange.header("content-type"), Some("application/x-www-form-urlencoded"));
}

/// N1: a token request to the API's own origin has the client's default headers, like any other request to that origin.
#[tokio::test(start_paused = true)]
async fn a_token_endpoint_at_the_apis_origin_gets_the_default_headers() {
    let world = World::new();
    let client = OrdersClient::builder(ORIGIN)
        .connect_to(world.clone())
        .header("x-api-key", "k")
        .tokens(tokens(&world.authority.issue()))
        .refresher(RefreshTokenGrant::new(format!("{ORIGIN}/api/user/refresh_token")))
        .build()
        .unwrap();
    world.authority.expire();
    world.guard(403);
    client.orders().await.unwrap();
    let exchange = &world.authority.requests(Role::Refresh)[0];
    assert_eq!(
        (exchange.header("x-api-key"), exchange.header("authorization")),
        (Some("k"), None),
        "`x-api-key` and `authorization` headers"
    );
}

/// A client secret is sent either URL-encoded in the `authorization` header or in the body, but never in both.
#[tokio::test(start_paused = true)]
async fn a_client_secret_is_sent_in_one_place() {
    for auth in [ClientAuth::Basic, ClientAuth::Body] {
        let world = World::new();
        let grant = RefreshTokenGrant::new(TOKEN).client_id("the app").client_secret("pä:ss").auth(auth);
        let client = user(&world, grant);
        world.authority.expire();
        world.guard(403);
        client.orders().await.unwrap();

        let exchange = &world.authority.requests(Role::Refresh)[0];
        let secret = world.authority.refresh(1);
        let grant = [("grant_type", "refresh_token"), ("refresh_token", &*secret)];
        if auth == ClientAuth::Basic {
            // The decoded `authorization` header is `the+app:p%C3%A4%3Ass`.
            assert_eq!(exchange.header("authorization"), Some("Basic dGhlK2FwcDpwJUMzJUE0JTNBc3M="));
            assert_eq!(form(exchange), pairs(grant));
        } else {
            assert_eq!(exchange.header("authorization"), None);
            let client = pairs([("client_id", "the app"), ("client_secret", "pä:ss")]);
            assert_eq!(form(exchange), [pairs(grant), client].concat());
        }
    }
}

/// Setting the scope a second time replaces the first scope. The audience is sent once; resources (RFC 8707) and other
/// parameters are sent as many times as they were set.
#[tokio::test(start_paused = true)]
async fn scope_audience_and_resources_are_sent() {
    let world = World::new();
    let grant = ClientCredentials::new(ISSUE, "billing", "hush")
        .scope("nothing")
        .scope("read write")
        .resource("https://a.test/")
        .resource("https://b.test/?x=1&y=2")
        .audience("orders")
        .param("tenant", "t&1");
    let client = apart(&world).refresher(grant).build().unwrap();
    world.guard(403);
    client.orders().await.unwrap();

    let expected = [
        ("grant_type", "client_credentials"),
        ("scope", "read write"),
        ("resource", "https://a.test/"),
        ("resource", "https://b.test/?x=1&y=2"),
        ("audience", "orders"),
        ("tenant", "t&1"),
    ];
    let asked = &world.authority.requests(Role::Login)[0];
    assert_eq!(form(asked), pairs(expected));
    assert_eq!(asked.header("authorization"), Some("Basic YmlsbGluZzpodXNo"));
}

/// G1, D11: if a token response contains a refresh token, that token replaces the old refresh token. If a token
/// response contains no refresh token, the client keeps the old refresh token.
#[tokio::test(start_paused = true)]
async fn the_refresh_token_of_the_answer_is_kept_or_else_the_old_one() {
    for (refresh_token_field, presented) in
        [(RefreshTokenField::Given, [1, 2, 3]), (RefreshTokenField::Omitted, [1, 1, 1])]
    {
        let world = World::with(AuthorityConfig { refresh_token_field, ..AuthorityConfig::default() });
        let client = user(&world, RefreshTokenGrant::new(TOKEN));
        world.guard(403);
        for _ in 0..3 {
            world.authority.expire();
            client.orders().await.unwrap();
        }
        let exchanges = world.authority.requests(Role::Refresh);
        let sent: Vec<_> = exchanges.iter().map(|seen| form(seen)[1].1.clone()).collect();
        assert_eq!(sent, presented.map(|number| world.authority.refresh(number)));
    }
}

/// K4: with client credentials, the first calls share one token request. After the token expires, the next calls also
/// share one token request.
#[tokio::test(start_paused = true)]
async fn client_credentials_get_a_token_before_the_first_call_and_after_expiry() {
    let world = World::with(AuthorityConfig {
        lifetime: Some(Duration::from_secs(600)),
        ..AuthorityConfig::default()
    });
    let client = program(&world);
    world.guard(401);
    client.health().await.unwrap_err();
    assert_eq!(client.session().state(), SessionState::LoggedOut);
    world.authority.assert_logins(0);

    for logins in 1..=3 {
        let sends = world.stage.sends();
        let calls: Vec<_> = (0..50).map(|_| tokio::spawn(client.orders())).collect();
        for call in calls {
            done(call).await.unwrap();
        }
        assert_eq!(world.stage.sends() - sends, 50);
        world.authority.assert_logins(logins);
        assert_eq!(client.session().state(), SessionState::LoggedIn);
        advance(Duration::from_secs(601)).await;
    }
    // The fake server now refuses the access token, even though the token has not expired.
    client.orders().await.unwrap();
    world.authority.expire();
    client.orders().await.unwrap();
    world.authority.assert_logins(5);
}

/// K4: with client credentials, the next call after `clear` requests a new token.
#[tokio::test(start_paused = true)]
async fn client_credentials_get_a_new_token_after_the_session_is_cleared() {
    let world = World::new();
    let client = program(&world);
    world.guard(403);
    client.orders().await.unwrap();
    client.session().clear().await.unwrap();
    client.orders().await.unwrap();
    world.authority.assert_logins(2);
    world.stage.assert_sends(2);
}

/// D3, D4: with client credentials, a refused token request is treated as a temporary failure, because there is no user
/// who could log in again. The refresh error contains the server's error code.
#[tokio::test(start_paused = true)]
async fn refused_client_credentials_fail_with_the_code_and_can_be_tried_again() {
    for code in ["invalid_client", "unauthorized_client", "invalid_grant"] {
        let world = World::new();
        let client = program(&world);
        let mut events = client.session().events();
        world.guard(403);
        let refusal = json!({ "error": code, "error_description": "a secret" });
        world.authority.next(Role::Login, Handling::instead((401, refusal)));

        let error = client.orders().await.unwrap_err();

        assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
        let response = response(&error).unwrap();
        assert_eq!(response.status().as_u16(), 401);
        assert_eq!(response.code(), Some(code));
        assert!(!format!("{error:?}").contains("a secret"));
        world.stage.assert_sends(0);
        world.authority.assert_logins(1);
        assert!(client.orders().await.unwrap_err().is_refresh());
        assert_eq!(world.authority.logins(), 1, "logins: no request is sent before the pause ends");
        advance(Duration::from_secs(2)).await;
        client.orders().await.unwrap();
        assert_eq!(event_names(&mut events), ["refresh failed", "refreshed"]);
    }
}

/// D3, G4: with client credentials, a refused token request after a lost response does not end the session, because no
/// refresh token can be lost.
#[tokio::test(start_paused = true)]
async fn refused_client_credentials_after_a_lost_answer_keep_the_session() {
    let world = World::new();
    let client = program(&world);
    world.guard(403);
    client.orders().await.unwrap();
    world.authority.expire();
    world.authority.next(Role::Login, Handling::reset_after());
    world.authority.next(Role::Login, Handling::instead((400, json!({ "error": "invalid_grant" }))));

    let error = client.orders().await.unwrap_err();

    assert!(error.is_refresh() && !error.is_session_expired(), "{error:?}");
    assert_eq!(response(&error).unwrap().code(), Some("invalid_grant"));
    assert_eq!(client.session().state(), SessionState::LoggedIn);
    advance(Duration::from_secs(2)).await;
    client.orders().await.unwrap();
}

/// D3, D5, D6, D9: the session ends only if the token endpoint clearly rejects the refresh token.
#[tokio::test(start_paused = true)]
async fn only_a_definite_refusal_of_the_refresh_token_ends_the_session() {
    let oauth = |status, code: &str| Answer::json(status, json!({ "error": code }));
    let answers = [
        (oauth(400, "invalid_grant"), true),
        (oauth(200, "invalid_grant"), true),
        (oauth(401, "invalid_client"), false),
        (oauth(400, "unsupported_grant_type"), false),
        (oauth(503, "invalid_grant"), false),
        (Answer::html(403, "<h1>Blocked</h1>"), false),
        (Answer::html(200, "<h1>Log in</h1>"), false),
        (Answer::json(200, json!({ "access_token": "" })), false),
        (Answer::json(200, json!("canary-secret")), false),
        (Answer::redirect("https://evil.test/"), false),
        (Answer::new(200).body("x".repeat(1 << 20)), false),
    ];
    for (answer, ends) in answers {
        let world = World::new();
        let client = user(&world, RefreshTokenGrant::new(TOKEN));
        world.authority.expire();
        world.guard(403);
        world.authority.next(Role::Refresh, Handling::instead(answer));

        let error = client.orders().await.unwrap_err();

        assert_eq!(
            (error.is_session_expired(), error.is_refresh()),
            (ends, !ends),
            "is_session_expired() and is_refresh() of {error:?}"
        );
        assert!(!format!("{error:?} {error}").contains("canary-secret"));
        assert_eq!(error.rejection().unwrap().status(), 403);
        world.authority.assert_refreshes(1);
        assert_eq!(client.session().state() == SessionState::Expired, ends);
    }
}

/// D5: the client respects the token endpoint's `Retry-After` header.
#[tokio::test(start_paused = true)]
async fn a_token_endpoints_retry_after_is_respected() {
    let world = World::new();
    let client = user(&world, RefreshTokenGrant::new(TOKEN));
    world.authority.expire();
    world.guard(403);
    world.authority.next(Role::Refresh, Handling::retry_after(429, "30"));
    let error = client.orders().await.unwrap_err();
    assert_eq!(response(&error).unwrap().retry_after(), Some(Duration::from_secs(30)));
    advance(Duration::from_secs(29)).await;
    assert!(client.orders().await.unwrap_err().is_refresh());
    world.authority.assert_refreshes(1);
    advance(Duration::from_secs(1)).await;
    client.orders().await.unwrap();
}

/// G3, G4: a token request is sent again if its response was lost.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_token_endpoint_is_requested_again() {
    for grace in [None, Some(Duration::from_secs(10))] {
        let world = World::with(AuthorityConfig { grace, ..AuthorityConfig::default() });
        let client = user(&world, RefreshTokenGrant::new(TOKEN));
        world.authority.expire();
        world.guard(403);
        world.authority.next(Role::Refresh, Handling::reset_after());

        let answer = client.orders().await;

        match answer {
            Ok(_) => assert!(grace.is_some()),
            Err(error) => assert!(grace.is_none() && error.is_rotation_lost(), "{error:?}"),
        }
        world.authority.assert_refreshes(2);
        world.authority.assert_retries_after_lost_answer(1);
    }
}

/// D18: if a session has no refresh token, the grant does not send a request.
#[tokio::test(start_paused = true)]
async fn a_session_without_a_refresh_token_is_not_refreshed_by_the_grant() {
    let world = World::new();
    let grant = RefreshTokenGrant::new(TOKEN);
    let client = apart(&world).tokens(Tokens::new("t")).refresher(grant).build().unwrap();
    world.stage.respond(|_| 403);
    assert!(client.orders().await.unwrap_err().is_status());
    world.authority.assert_refreshes(0);
}

/// The builder rejects a grant that could leak a secret or that cannot work.
#[test]
fn a_grant_that_could_leak_a_secret_is_not_built() {
    fn build(grant: impl Refresher) -> Result<OrdersClient> {
        OrdersClient::builder(ORIGIN).refresher(grant).build()
    }
    let grant = RefreshTokenGrant::new;
    for url in
        ["http://id.test/t", "ftp://id.test/t", "/t", "", "https://u:p@id.test/t", "https://id.test/t#f"]
    {
        let error = build(grant(url)).unwrap_err();
        assert!(error.is_builder() && error.to_string().contains("token endpoint"), "{url}: {error}");
        assert!(!format!("{error:?}").contains("u:p"), "{error:?}");
    }
    let error = build(grant(TOKEN).revocation_endpoint("http://id.test/r")).unwrap_err();
    assert!(error.is_builder() && error.to_string().contains("revocation endpoint"), "{error}");
    assert!(build(grant(TOKEN).client_secret("s")).unwrap_err().is_builder());
    build(grant("http://id.test/t").allow_http()).unwrap();
    build(grant("http://127.0.0.1:8080/t?tenant=1")).unwrap();
    build(ClientCredentials::new(TOKEN, "id", "s")).unwrap();
}

/// U3: a grant's Debug output contains the client id and the endpoint, but no secret.
#[test]
fn a_grant_does_not_show_its_secrets() {
    let grant =
        ClientCredentials::new(format!("{TOKEN}?key=canary"), "billing", "canary").param("k", "canary");
    let shown = format!("{grant:?} {:?}", OrdersClient::builder(ORIGIN).refresher(grant.clone()).build());
    assert!(shown.contains("billing") && !shown.contains("canary"), "{shown}");
}
