//! Tests the fake authorization server: its tokens and its configuration.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use afresh_tests::{
    Answer, Authority, AuthorityConfig, BoxError, Handling, RefreshTokenField, RefreshTokenIn, Role, World,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{get_as, json, post, request, send};

const LOGIN: &str = "/api/user/login";
const REFRESH: &str = "/api/user/refresh_token";
const LOGOUT: &str = "/api/user/logout";

/// Sends a refresh request with the refresh token that has the given number.
async fn exchange(authority: &Authority, number: usize) -> Result<(u16, Value), BoxError> {
    let body = json!({ "refresh_token": authority.refresh(number) });
    let response = authority.service().oneshot(post(REFRESH, body)).await?;
    Ok((response.status().as_u16(), json(response).await))
}

async fn status_of_exchange(authority: &Authority, number: usize) -> u16 {
    exchange(authority, number).await.unwrap().0
}

#[tokio::test(start_paused = true)]
async fn a_login_starts_a_session_a_refresh_continues_it_and_a_logout_ends_it() {
    let authority = Authority::new();
    let service = authority.service();
    let response = service.clone().oneshot(post(LOGIN, json!({ "name": "ada" }))).await.unwrap();
    let (access, refresh) = (authority.access(1), authority.refresh(1));
    assert_eq!(json(response).await, json!({ "access_token": access, "refresh_token": refresh }));
    assert!(authority.accepts(&access) && !authority.accepts("access-1"));
    assert_eq!(authority.credentials(&access), Some(json!({ "name": "ada" })));

    let (status, tokens) = exchange(&authority, 1).await.unwrap();
    let next = json!({ "access_token": authority.access(2), "refresh_token": authority.refresh(2) });
    assert_eq!(status, 200);
    assert_eq!(tokens, next);
    assert!(!authority.accepts(&access) && authority.accepts(&authority.access(2)));
    assert_eq!(authority.number_of(&authority.access(2)), Some(2));

    let mut logout = get_as(&authority.access(2), LOGOUT);
    *logout.method_mut() = http::Method::POST;
    assert_eq!(service.oneshot(logout).await.unwrap().status(), 204);
    assert!(!authority.accepts(&authority.access(2)));
    assert_eq!(status_of_exchange(&authority, 2).await, 400);
    authority.assert_logins(1);
    authority.assert_refreshes(2);
    authority.assert_granted(1);
    authority.assert_logouts(1);
}

#[tokio::test(start_paused = true)]
async fn a_spent_refresh_token_ends_the_session_and_is_counted() {
    let authority = Authority::new();
    let _ = authority.issue();
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    assert_eq!(
        exchange(&authority, 1).await.unwrap(),
        (400, json!({ "error": "invalid_grant" })),
        "status and body of the exchange"
    );
    authority.assert_reuses(1);
    authority.expect_reuses(1);
    assert_eq!(status_of_exchange(&authority, 2).await, 400, "the session has ended");
    assert!(!authority.accepts(&authority.access(2)));
}

#[tokio::test(start_paused = true)]
async fn a_lenient_authority_refuses_a_spent_refresh_token_and_keeps_the_session() {
    let authority =
        Authority::with(AuthorityConfig { reuse_ends_session: false, ..AuthorityConfig::default() });
    let _ = authority.issue();
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    assert_eq!(status_of_exchange(&authority, 1).await, 400);
    assert_eq!(status_of_exchange(&authority, 2).await, 200);
    authority.expect_reuses(1);
}

/// The test client sends the first refresh token a second time, although it has already received the response to the
/// first refresh request.
async fn present_a_spent_token(authority: &Authority) {
    let _ = authority.issue();
    exchange(authority, 1).await.unwrap();
    exchange(authority, 1).await.unwrap();
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "spent refresh tokens presented again: expected 0, saw 1")]
async fn a_test_fails_if_a_spent_refresh_token_is_presented() {
    let authority = Authority::new();
    present_a_spent_token(&authority).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "spent refresh tokens presented again: expected 0, saw 1")]
async fn a_test_with_a_world_fails_too_whichever_clone_the_client_has() {
    let world = World::new();
    let clone = world.clone();
    present_a_spent_token(&clone.authority).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "spent refresh tokens presented again: expected 2, saw 1")]
async fn an_expected_number_of_spent_tokens_is_checked_exactly() {
    let authority = Authority::new();
    authority.expect_reuses(2);
    present_a_spent_token(&authority).await;
}

#[tokio::test(start_paused = true)]
async fn dropping_a_clone_checks_nothing() {
    let authority = Authority::new();
    present_a_spent_token(&authority).await;
    drop(authority.clone());
    authority.expect_reuses(1);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the first panic")]
async fn the_check_does_not_hide_another_failure() {
    let authority = Authority::new();
    present_a_spent_token(&authority).await;
    panic!("the first panic");
}

#[tokio::test(start_paused = true)]
async fn a_failed_count_says_what_was_expected_and_lists_the_requests() {
    let world = World::new();
    world.guard(403);
    let _ = world.authority.issue();
    exchange(&world.authority, 1).await.unwrap();
    type Count = (fn(&World), &'static str);
    let counts: [Count; 5] = [
        (|world| world.stage.assert_sends(1), "requests at the API: expected 1, saw 0"),
        (|world| world.authority.assert_refreshes(2), "requests at the refresh endpoint: expected 2, saw 1"),
        (|world| world.authority.assert_granted(0), "refreshes that issued tokens: expected 0, saw 1"),
        (|world| world.authority.assert_logins(1), "logins: expected 1, saw 0"),
        (|world| world.authority.assert_logouts(1), "logouts: expected 1, saw 0"),
    ];
    for (assert_count, text) in counts {
        let failure = catch_unwind(AssertUnwindSafe(|| assert_count(&world))).unwrap_err();
        let failure = failure.downcast::<String>().unwrap();
        assert!(failure.starts_with(text), "{failure}");
        assert_eq!(
            failure.contains("POST https://api.test/api/user/refresh_token"),
            text.contains("refresh")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_can_be_requested_again_within_the_grace_period() {
    let authority = Authority::with(AuthorityConfig {
        grace: Some(Duration::from_secs(10)),
        ..AuthorityConfig::default()
    });
    let _ = authority.issue();
    authority.next(Role::Refresh, Handling::reset_after());
    assert!(exchange(&authority, 1).await.is_err());

    tokio::time::advance(Duration::from_secs(8)).await;
    let (status, tokens) = exchange(&authority, 1).await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(&tokens["refresh_token"], &json!(authority.refresh(2)));
    authority.assert_retries_after_lost_answer(1);
    authority.assert_reuses(0);

    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(status_of_exchange(&authority, 1).await, 400);
    authority.assert_retries_after_lost_answer(1);
    // The client has received the response to the previous request, so it knows that the token was already used.
    authority.assert_reuses(1);
    authority.expect_reuses(1);
}

#[tokio::test(start_paused = true)]
async fn a_request_lost_before_it_is_processed_spends_nothing() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.next(Role::Refresh, Handling::reset_before());
    authority.next(Role::Refresh, Handling::retry_after(429, "7"));
    assert!(exchange(&authority, 1).await.is_err());
    let busy = post(REFRESH, json!({ "refresh_token": authority.refresh(1) }));
    let busy = authority.service().oneshot(busy).await.unwrap();
    assert_eq!(
        (busy.status().as_u16(), &busy.headers()["retry-after"]),
        (429, &"7".parse().unwrap()),
        "status and `retry-after` header"
    );
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    authority.assert_refreshes(3);
    authority.assert_granted(1);
    authority.assert_reuses(0);
}

#[tokio::test(start_paused = true)]
async fn a_permanent_handling_applies_until_it_is_changed() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.always(Role::Refresh, Handling::instead((503, json!({}))));
    for _ in 0..3 {
        assert_eq!(status_of_exchange(&authority, 1).await, 503);
    }
    authority.always(Role::Refresh, Handling::Normal);
    assert_eq!(status_of_exchange(&authority, 1).await, 200);

    authority.next(Role::Login, Handling::instead(Answer::redirect("https://evil.test/")));
    let login = authority.service().oneshot(post(LOGIN, json!({}))).await.unwrap();
    assert_eq!(
        (login.status().as_u16(), &login.headers()["location"]),
        (302, &"https://evil.test/".parse().unwrap()),
        "status and `location` header"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_held_is_processed_when_it_is_released() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.hold(Role::Refresh);
    let body = json!({ "refresh_token": authority.refresh(1) });
    let call = send(&authority.service(), post(REFRESH, &body));
    let parked = authority.parked(Role::Refresh).await;
    assert_eq!(parked.json(), body);
    assert!(authority.accepts(&authority.access(1)));
    parked.release();
    assert_eq!(call.await.unwrap().unwrap().status(), 200);

    let call = send(&authority.service(), post(REFRESH, json!({ "refresh_token": authority.refresh(2) })));
    tokio::task::yield_now().await;
    assert_eq!(authority.waiting(Role::Refresh), 1);
    authority.open(Role::Refresh);
    assert_eq!(call.await.unwrap().unwrap().status(), 200);
    authority.assert_max_concurrent_refreshes(1);
    authority.assert_refreshes(2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_held_after_processing_has_spent_its_token() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.hold_processed(Role::Refresh);
    let call = send(&authority.service(), post(REFRESH, json!({ "refresh_token": authority.refresh(1) })));
    let mut parked = authority.parked(Role::Refresh).await;
    assert!(authority.accepts(&authority.access(2)));
    call.abort();
    parked.abandoned().await;
    authority.open(Role::Refresh);
    assert_eq!(status_of_exchange(&authority, 1).await, 400);
    authority.assert_retries_after_lost_answer(1);
    // The client has not received a response to the previous request, so it does not know that the token was already
    // used.
    authority.assert_reuses(0);
}

#[tokio::test(start_paused = true)]
async fn concurrent_refreshes_are_counted() {
    let authority = Authority::with(AuthorityConfig {
        rotate: false,
        delay: Some(Duration::from_secs(1)),
        ..AuthorityConfig::default()
    });
    let _ = authority.issue();
    let (one, two) = tokio::join!(exchange(&authority, 1), exchange(&authority, 1));
    assert_eq!(one.unwrap().0, 200);
    assert_eq!(two.unwrap().0, 200);
    authority.assert_max_concurrent_refreshes(2);
}

#[tokio::test(start_paused = true)]
async fn each_setting_of_the_answer_takes_effect() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.configure(|config| config.repeats_access = true);
    assert_eq!(exchange(&authority, 1).await.unwrap().1["access_token"], json!(authority.access(1)));

    authority.configure(|config| {
        *config =
            AuthorityConfig { refresh_token_field: RefreshTokenField::Omitted, ..AuthorityConfig::default() }
    });
    assert_eq!(exchange(&authority, 2).await.unwrap().1, json!({ "access_token": authority.access(2) }));
    authority.configure(|config| config.refresh_token_field = RefreshTokenField::Empty);
    assert_eq!(exchange(&authority, 2).await.unwrap().1["refresh_token"], json!(""));

    authority.configure(|config| {
        *config = AuthorityConfig { lifetime: Some(Duration::from_mins(1)), ..AuthorityConfig::default() }
    });
    let tokens = exchange(&authority, 2).await.unwrap().1;
    assert_eq!(tokens["expires_in"], json!(60));
    let access = tokens["access_token"].as_str().unwrap();
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert!(authority.accepts(access));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(!authority.accepts(access));

    authority.configure(|config| {
        config.expires_in = Some(json!("soon"));
        config.members = json!({ "token_type": "bearer" });
    });
    let tokens = exchange(&authority, 3).await.unwrap().1;
    assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!("soon"), &json!("bearer")));
}

#[tokio::test(start_paused = true)]
async fn the_cookie_configuration_carries_the_refresh_token_in_a_cookie() {
    let authority = Authority::with(AuthorityConfig::cookie());
    let login = authority.service().oneshot(post(LOGIN, json!({}))).await.unwrap();
    let cookie = login.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert_eq!(cookie, format!("refresh_token={}; Path=/; HttpOnly; SameSite=Strict", authority.refresh(1)));
    assert_eq!(json(login).await, json!({ "access_token": authority.access(1) }));

    let refresh = |number| {
        let mut request = request("POST", &format!("https://api.test{REFRESH}"));
        let cookie = format!("refresh_token={}", authority.refresh(number));
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        authority.service().oneshot(request)
    };
    let rotated = refresh(1).await.unwrap();
    assert!(rotated.headers()["set-cookie"].to_str().unwrap().contains(&authority.refresh(2)));
    assert_eq!(refresh(1).await.unwrap().status(), 403);
    authority.assert_reuses(1);
    authority.expect_reuses(1);
    assert_eq!(status_of_exchange(&authority, 2).await, 403, "a refresh token in the body is ignored");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_found_in_any_place() {
    let authority = Authority::with(AuthorityConfig {
        rotate: false,
        refresh_token_in: RefreshTokenIn::Body,
        ..AuthorityConfig::default()
    });
    let refresh = authority.issue().refresh;
    let mut form = post(REFRESH, ());
    *form.body_mut() = Some(format!("grant_type=refresh_token&token={refresh}").into());
    let mut bearer = get_as(&refresh, REFRESH);
    *bearer.method_mut() = http::Method::POST;
    for request in [post(REFRESH, json!({ "refreshToken": refresh })), post(REFRESH, &refresh), form, bearer]
    {
        assert_eq!(authority.service().oneshot(request).await.unwrap().status(), 200);
    }
    assert_eq!(authority.service().oneshot(post(REFRESH, json!({}))).await.unwrap().status(), 400);
}

#[tokio::test(start_paused = true)]
async fn expire_keeps_the_session_and_revoke_ends_it() {
    let (authority, other) = (Authority::new(), Authority::new());
    let issued = authority.issue();
    assert!(authority.accepts(&issued.access) && !other.accepts(&issued.access));
    assert!(issued.access.contains(&authority.canary()) && !issued.access.contains(&other.canary()));
    authority.expire();
    assert!(!authority.accepts(&issued.access));
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    authority.revoke();
    assert!(!authority.accepts(&authority.access(2)));
    assert_eq!(status_of_exchange(&authority, 2).await, 400);
}
