//! The authority: its books and its knobs.

use std::time::Duration;

use afresh_tests::{Answer, Authority, BoxError, Carrier, Conduct, Knobs, Role, SecretField};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{get_as, json, post, request, send};

const LOGIN: &str = "/api/user/login";
const REFRESH: &str = "/api/user/refresh_token";
const LOGOUT: &str = "/api/user/logout";

/// Presents the refresh token of this number.
async fn exchange(authority: &Authority, number: usize) -> Result<(u16, Value), BoxError> {
    let body = json!({ "refresh_token": authority.refresh(number) });
    let response = authority.service().oneshot(post(REFRESH, body)).await?;
    Ok((response.status().as_u16(), json(response).await))
}

async fn status_of_exchange(authority: &Authority, number: usize) -> u16 {
    exchange(authority, number).await.unwrap().0
}

#[tokio::test(start_paused = true)]
async fn a_login_starts_a_session_a_refresh_goes_on_with_it_and_a_logout_ends_it() {
    let authority = Authority::new();
    let service = authority.service();
    let response = service.clone().oneshot(post(LOGIN, json!({ "name": "ada" }))).await.unwrap();
    let (access, refresh) = (authority.access(1), authority.refresh(1));
    assert_eq!(json(response).await, json!({ "access_token": access, "refresh_token": refresh }));
    assert!(authority.accepts(&access) && !authority.accepts("access-1"));
    assert_eq!(authority.credentials(&access), Some(json!({ "name": "ada" })));

    let (status, tokens) = exchange(&authority, 1).await.unwrap();
    let next = json!({ "access_token": authority.access(2), "refresh_token": authority.refresh(2) });
    assert_eq!((status, tokens), (200, next));
    assert!(!authority.accepts(&access) && authority.accepts(&authority.access(2)));
    assert_eq!(authority.number_of(&authority.access(2)), Some(2));

    let mut logout = get_as(&authority.access(2), LOGOUT);
    *logout.method_mut() = http::Method::POST;
    assert_eq!(service.oneshot(logout).await.unwrap().status(), 204);
    assert!(!authority.accepts(&authority.access(2)));
    assert_eq!(status_of_exchange(&authority, 2).await, 400);
    assert_eq!(
        (authority.logins(), authority.posts(), authority.granted(), authority.logouts()),
        (1, 2, 1, 1)
    );
    authority.assert_nothing_spent_twice();
}

#[tokio::test(start_paused = true)]
async fn a_spent_refresh_token_ends_the_session_and_is_counted() {
    let authority = Authority::new();
    let _ = authority.issue();
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    assert_eq!(exchange(&authority, 1).await.unwrap(), (400, json!({ "error": "invalid_grant" })));
    assert_eq!(authority.spent_twice(), 1);
    assert_eq!(status_of_exchange(&authority, 2).await, 400, "the whole family died");
    assert!(!authority.accepts(&authority.access(2)));
}

#[tokio::test(start_paused = true)]
async fn a_mild_authority_refuses_a_spent_refresh_token_and_no_more() {
    let authority = Authority::with(Knobs { reuse_kills_family: false, ..Knobs::default() });
    let _ = authority.issue();
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    assert_eq!(status_of_exchange(&authority, 1).await, 400);
    assert_eq!(status_of_exchange(&authority, 2).await, 200);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "a spent refresh token was presented again")]
async fn the_oracle_fails_the_test() {
    let authority = Authority::new();
    let _ = authority.issue();
    exchange(&authority, 1).await.unwrap();
    exchange(&authority, 1).await.unwrap();
    authority.assert_nothing_spent_twice();
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_may_be_asked_for_again_within_the_grace() {
    let authority = Authority::with(Knobs { grace: Some(Duration::from_secs(10)), ..Knobs::default() });
    let _ = authority.issue();
    authority.next(Role::Refresh, Conduct::lose_after());
    assert!(exchange(&authority, 1).await.is_err());

    tokio::time::advance(Duration::from_secs(8)).await;
    let (status, tokens) = exchange(&authority, 1).await.unwrap();
    assert_eq!((status, &tokens["refresh_token"]), (200, &json!(authority.refresh(2))));
    assert_eq!((authority.asked_again(), authority.spent_twice()), (1, 0));

    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(status_of_exchange(&authority, 1).await, 400);
    assert_eq!((authority.asked_again(), authority.spent_twice()), (1, 1), "now its holder knew");
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_before_it_is_processed_spends_nothing() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.next(Role::Refresh, Conduct::lose_before());
    authority.next(Role::Refresh, Conduct::retry_after(429, "7"));
    assert!(exchange(&authority, 1).await.is_err());
    let busy = post(REFRESH, json!({ "refresh_token": authority.refresh(1) }));
    let busy = authority.service().oneshot(busy).await.unwrap();
    assert_eq!((busy.status().as_u16(), &busy.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(status_of_exchange(&authority, 1).await, 200);
    assert_eq!((authority.posts(), authority.granted(), authority.spent_twice()), (3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_standing_conduct_holds_until_told_otherwise() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.always(Role::Refresh, Conduct::instead((503, json!({}))));
    for _ in 0..3 {
        assert_eq!(status_of_exchange(&authority, 1).await, 503);
    }
    authority.always(Role::Refresh, Conduct::Honest);
    assert_eq!(status_of_exchange(&authority, 1).await, 200);

    authority.next(Role::Login, Conduct::instead(Answer::redirect("https://evil.test/")));
    let login = authority.service().oneshot(post(LOGIN, json!({}))).await.unwrap();
    assert_eq!(
        (login.status().as_u16(), &login.headers()["location"]),
        (302, &"https://evil.test/".parse().unwrap())
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
    assert_eq!((authority.most_at_once(), authority.posts()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_is_held_processed_has_spent_its_token_already() {
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
    assert_eq!((authority.asked_again(), authority.spent_twice()), (1, 0), "its holder was never told");
}

#[tokio::test(start_paused = true)]
async fn exchanges_at_the_same_time_are_noticed() {
    let authority =
        Authority::with(Knobs { rotate: false, delay: Some(Duration::from_secs(1)), ..Knobs::default() });
    let _ = authority.issue();
    let (one, two) = tokio::join!(exchange(&authority, 1), exchange(&authority, 1));
    assert_eq!((one.unwrap().0, two.unwrap().0, authority.most_at_once()), (200, 200, 2));
}

#[tokio::test(start_paused = true)]
async fn each_knob_of_the_answer_does_what_it_says() {
    let authority = Authority::new();
    let _ = authority.issue();
    authority.turn(|knobs| knobs.echo_access = true);
    assert_eq!(exchange(&authority, 1).await.unwrap().1["access_token"], json!(authority.access(1)));

    authority.turn(|knobs| *knobs = Knobs { secret_field: SecretField::Omitted, ..Knobs::default() });
    assert_eq!(exchange(&authority, 2).await.unwrap().1, json!({ "access_token": authority.access(2) }));
    authority.turn(|knobs| knobs.secret_field = SecretField::Empty);
    assert_eq!(exchange(&authority, 2).await.unwrap().1["refresh_token"], json!(""));

    authority.turn(|knobs| *knobs = Knobs { lifetime: Some(Duration::from_mins(1)), ..Knobs::default() });
    let tokens = exchange(&authority, 2).await.unwrap().1;
    assert_eq!(tokens["expires_in"], json!(60));
    let access = tokens["access_token"].as_str().unwrap();
    tokio::time::advance(Duration::from_millis(59_999)).await;
    assert!(authority.accepts(access));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(!authority.accepts(access));

    authority.turn(|knobs| {
        knobs.expires_in = Some(json!("soon"));
        knobs.members = json!({ "token_type": "bearer" });
    });
    let tokens = exchange(&authority, 3).await.unwrap().1;
    assert_eq!((&tokens["expires_in"], &tokens["token_type"]), (&json!("soon"), &json!("bearer")));
    authority.assert_nothing_spent_twice();
}

#[tokio::test(start_paused = true)]
async fn the_seed_carries_its_refresh_token_in_a_cookie() {
    let authority = Authority::with(Knobs::seed());
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
    assert_eq!(authority.spent_twice(), 1);
    assert_eq!(status_of_exchange(&authority, 2).await, 403, "a body is not where it looks");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_is_found_wherever_it_is_put() {
    let authority = Authority::with(Knobs { rotate: false, carrier: Carrier::Body, ..Knobs::default() });
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
async fn expiring_access_tokens_leaves_the_session_and_revoking_ends_it() {
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
