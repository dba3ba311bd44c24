//! Tests that the fake authorization server loses, refuses, delays or holds a request if the test asks for this.

use std::time::Duration;

use afresh_tests::{Answer, Authority, AuthorityConfig, Handling, Role};
use serde_json::json;
use tower::ServiceExt;

use super::exchanges::{LOGIN, REFRESH, exchange, status_of_exchange};
use super::{post, send};

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
