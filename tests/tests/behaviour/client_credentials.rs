//! Tests the client credentials grant: when it requests a token, what the request contains, and how it handles a
//! refusal.

use std::time::Duration;

use afresh::SessionState;
use afresh::oauth2::ClientCredentials;
use afresh_tests::{AuthorityConfig, Handling, Role, World};
use serde_json::json;
use tokio::time::advance;

use crate::api::event_names;
use crate::grant_clients::{Orders, OrdersClient, apart, form, pairs, response};
use crate::waiting::done;

/// The URL of a token endpoint that treats every request as a login and does not check the parameters.
const ISSUE: &str = "https://id.test/api/user/login";

fn program(world: &World) -> OrdersClient {
    apart(world).refresher(ClientCredentials::new(ISSUE, "billing", "hush")).build().unwrap()
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
