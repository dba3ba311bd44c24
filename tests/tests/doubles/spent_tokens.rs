//! Tests that the fake authorization server refuses and counts spent refresh tokens, and that a test fails if the
//! client presents one unexpectedly.

use afresh_tests::{Authority, AuthorityConfig, World};
use serde_json::json;
use tokio::runtime::Builder;

use super::exchanges::{exchange, status_of_exchange};

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
async fn dropping_a_clone_checks_nothing_while_another_value_exists() {
    let authority = Authority::new();
    present_a_spent_token(&authority).await;
    drop(authority.clone());
    authority.expect_reuses(1);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "spent refresh tokens presented again: expected 0, saw 1")]
async fn the_last_clone_checks_requests_that_arrive_after_the_original_is_dropped() {
    let world = World::new();
    let clone = world.clone();
    tokio::spawn(async move { drop(world) }).await.unwrap();
    present_a_spent_token(&clone.authority).await;
}

#[tokio::test(start_paused = true)]
async fn a_test_can_expect_a_reuse_that_happens_after_the_original_is_dropped() {
    let authority = Authority::new();
    let clone = authority.clone();
    clone.expect_reuses(1);
    drop(authority);
    present_a_spent_token(&clone).await;
}

/// The runtime drops the task that owns the last clone, and Tokio catches that task's panics.
#[test]
#[should_panic(expected = "spent refresh tokens presented again: expected 0, saw 1")]
fn the_original_checks_too_because_a_dropped_task_can_own_the_last_clone() {
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let authority = Authority::new();
        let clone = authority.clone();
        tokio::spawn(async move {
            std::future::pending::<()>().await;
            drop(clone);
        });
        present_a_spent_token(&authority).await;
    });
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "the first panic")]
async fn the_check_does_not_hide_another_failure() {
    let authority = Authority::new();
    present_a_spent_token(&authority).await;
    panic!("the first panic");
}
