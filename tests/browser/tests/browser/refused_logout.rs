//! Tests logouts that the server refuses because the access token has expired. If the server refuses a logout, the
//! runtime refreshes the ended session and sends the logout again.

use std::time::Duration;

use afresh_browser_tests::chromium::Tab;
use afresh_browser_tests::stage::{Stage, logged_in, waits_for_lock};
use tokio::time::Instant;

/// The time limit for a logout. A logout that waited for itself would take 6 s.
const SHORT: Duration = Duration::from_secs(4);

/// Opens `count` tabs, logs in as Ada, and lets the access token expire. The server refuses logouts with `status`.
async fn expired(count: usize, query: &str, status: u16) -> (Stage, Vec<Tab>) {
    let (stage, tabs) = logged_in(count, query).await;
    stage.server.refuse_with(status);
    stage.server.require_access_token_of_logouts();
    stage.server.expire();
    (stage, tabs)
}

/// Runs a script that logs out after `refreshes` refreshes. Then checks that the session has ended on the server and
/// that a reloaded page has no session.
async fn logs_out(stage: &Stage, tab: &Tab, script: &str, refreshes: u64) {
    let begun = Instant::now();
    tab.evaluate(script).await.unwrap();
    assert!(begun.elapsed() < SHORT, "{:?}", begun.elapsed());
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logouts, counts.refreshes, counts.spent),
        (1, refreshes, 0),
        "logouts, refreshes, spent refresh tokens: {counts:?}"
    );
    assert_eq!(tab.state().await, "LoggedOut");
    tab.reload().await.unwrap();
    let calls = tab.call(1).await;
    assert!(calls.answered == 0 && calls.errors[0].starts_with("no session"), "{calls:?}");
}

/// W10: a logout keeps other refreshes waiting, but not the refresh that the logout itself needs.
#[tokio::test]
async fn a_logout_with_an_expired_access_token_does_not_wait_for_itself() {
    for (status, query) in [(401, ""), (403, ""), (401, "?store="), (403, "?store=")] {
        let (stage, tabs) = expired(1, query, status).await;
        logs_out(&stage, &tabs[0], "page.logout()", 1).await;
    }
}

/// W10: a logout ends a refresh that the page has started but that has not sent the refresh token yet. The logout does
/// not wait for this refresh, because this refresh waits for the logout.
#[tokio::test]
async fn a_logout_beside_a_refresh_that_has_just_started_does_not_wait_for_itself() {
    for query in ["", "?store="] {
        let (stage, tabs) = expired(1, query, 401).await;
        logs_out(&stage, &tabs[0], "page.refresh().catch(() => {}), page.logout()", 1).await;
    }
}

/// T7, W10: a logout waits for the refresh of another tab, and then refreshes again, because the other tab has
/// discarded its new access token. When the logout starts, a refresh in its tab can be waiting for the other tab's
/// refresh.
#[tokio::test]
async fn a_logout_during_the_refresh_of_another_tab_refreshes_again() {
    for is_waiting in [false, true] {
        let (stage, tabs) = expired(2, "", 401).await;
        stage.server.delay_refreshes(Duration::from_millis(800));
        tabs[0].begin("window.pending = page.calls(1)").await.unwrap();
        stage.server.refresh_after(0).await;
        if is_waiting {
            tabs[1].begin("window.pending = page.calls(1)").await.unwrap();
            waits_for_lock(&tabs[1]).await;
        }
        logs_out(&stage, &tabs[1], "page.logout()", 2).await;
    }
}

/// T7: Bob logs in before the server refuses Ada's logout. The logout does not refresh with Bob's cookie.
#[tokio::test]
async fn a_logout_that_is_refused_after_the_next_login_leaves_that_login_alone() {
    let (stage, tabs) = expired(1, "", 401).await;
    stage.server.logouts().close();
    tabs[0].begin("window.logout = page.logout().catch(() => {})").await.unwrap();
    stage.server.logouts().received(1).await;
    tabs[0].evaluate("page.login_within('bob', 2000)").await.unwrap();
    stage.server.logouts().open();
    tabs[0].evaluate("logout").await.unwrap();
    let counts = stage.server.counts();
    assert_eq!((counts.refreshes, counts.logouts), (0, 0), "refreshes, logouts: {counts:?}");
    stage.server.expire();
    assert_eq!(tabs[0].call(1).await.user.as_deref(), Some("bob"));
}
