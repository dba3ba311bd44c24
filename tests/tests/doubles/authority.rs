//! Tests the fake authorization server: its tokens, its configuration and the messages of its assertions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use afresh_tests::{Authority, AuthorityConfig, RefreshTokenField, RefreshTokenIn, World};
use serde_json::json;
use tower::ServiceExt;

use super::exchanges::{LOGIN, REFRESH, exchange, status_of_exchange};
use super::{get_as, json, post, request};

const LOGOUT: &str = "/api/user/logout";

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
    assert_eq!(
        (&tokens["expires_in"], &tokens["token_type"]),
        (&json!("soon"), &json!("bearer")),
        "`expires_in` and `token_type`"
    );
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
