//! Tests how the refresh token grant reads the responses of a token endpoint: new tokens, refusals and temporary
//! errors. A token request whose response is lost is sent again.

use std::time::Duration;

use afresh::SessionState;
use afresh::oauth2::RefreshTokenGrant;
use afresh_tests::{Answer, AuthorityConfig, Handling, RefreshTokenField, Role, World};
use serde_json::json;
use tokio::time::advance;

use crate::grant_clients::{Orders, TOKEN, form, response, user};

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
