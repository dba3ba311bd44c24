//! Tests OAuth 2.0 grants, which replace a `#[refresh]` method: their requests and endpoints, and which grants the
//! builder rejects.

use afresh::oauth2::{ClientAuth, ClientCredentials, RefreshTokenGrant};
use afresh::{Refresher, Result, Tokens};
use afresh_tests::{Origins, Role, World};

use crate::api::{ORIGIN, tokens};
use crate::grant_clients::{Orders, OrdersClient, TOKEN, apart, form, pairs, user};
use crate::transports::ConnectTo;
use crate::waiting::done;

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
