//! Tests logins to which the server responds late. During a login, refreshes wait for a limited time.

use std::time::Duration;

use afresh_browser_tests::chromium::Tab;
use afresh_browser_tests::stage::{Stage, call_in_all, logged_in};
use tokio::time::{sleep, timeout};

use crate::login_during_refresh::is_bobs_session;

/// Opens `count` tabs, logs in as Ada, and lets the access token expire. The server does not respond to later logins
/// until the test releases them.
async fn expired(count: usize, query: &str) -> (Stage, Vec<Tab>) {
    let (stage, tabs) = logged_in(count, query).await;
    stage.server.logins().close();
    stage.server.expire();
    (stage, tabs)
}

/// R5: calls wait during a login, but they succeed even if the server never responds to the login. A refresh waits 8 s
/// for the store's lock, and the login holds the lock for a shorter time.
#[tokio::test]
async fn calls_succeed_in_all_tabs_while_the_server_does_not_answer_a_login() {
    let (stage, tabs) = expired(2, "").await;
    tabs[0].begin("window.login = page.login('bob')").await.unwrap();
    stage.server.logins().received(2).await;
    call_in_all(&tabs, 2).await;
    assert_eq!(stage.server.counts().refreshes, 1, "{:?}", stage.server.counts());
    stage.server.logins().open();
    tabs[0].evaluate("login").await.unwrap();
    is_bobs_session(&stage, &tabs).await;
}

/// G2: a refresh waits for two logins that time out, and the server then responds late to the refresh. The time spent
/// waiting for the logins and for the refresh response exceeds the time limit of a refresh, but the refresh token is
/// sent only once.
#[tokio::test]
async fn a_refresh_that_waits_for_two_slow_logins_sends_its_token_once() {
    let (stage, tabs) = expired(1, "?store=").await;
    for limit in [3500, 9000] {
        tabs[0].begin(&format!("page.login_within('bob', {limit}).catch(() => {{}})")).await.unwrap();
    }
    stage.server.logins().received(2).await;
    stage.server.delay_refreshes(Duration::from_millis(3500));
    call_in_all(&tabs, 2).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.refreshes, counts.spent, stage.server.arrived()),
        (1, 0, 1),
        "refreshes, spent, arrived: {counts:?}"
    );
}

/// T6: a login acquires the store's lock because the tab that held the lock is closed during a refresh. The time limit
/// for the login's wait passes while the login waits for late cookies from the closed tab's request. The login keeps
/// the lock, so no other tab refreshes until the server responds to the login.
#[tokio::test]
async fn a_login_keeps_the_lock_that_it_acquired_just_before_its_wait_ended() {
    let (stage, mut tabs) = expired(3, "").await;
    stage.server.set_grace(Duration::from_secs(60));
    stage.server.delay_refreshes(Duration::from_secs(60));
    tabs[2].begin("window.pending = page.calls(1)").await.unwrap();
    stage.server.refresh_after(0).await;
    stage.server.delay_refreshes(Duration::from_secs(1));
    // The login waits for refreshes for at most half of its time limit, which includes one second for late cookies from
    // the closed tab's request.
    tabs[0].begin("window.login = page.login_within('bob', 7000)").await.unwrap();
    tabs[1].begin("window.pending = page.calls(1)").await.unwrap();
    sleep(Duration::from_millis(2650)).await;
    tabs.remove(2).close().await.unwrap();
    stage.server.logins().received(2).await;
    let refreshed = timeout(Duration::from_millis(1500), stage.server.refresh_after(1)).await;
    assert!(refreshed.is_err(), "a tab has refreshed during the login");
    stage.server.logins().open();
    tabs[0].evaluate("login").await.unwrap();
    is_bobs_session(&stage, &tabs).await;
}
