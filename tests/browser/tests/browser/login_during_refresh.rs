//! Tests logins and logouts that begin while a refresh is running. The browser stores the cookies from each response,
//! so a late response to the refresh must not replace the cookies of the login or logout.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::chromium::Tab;
use afresh_browser_tests::stage::{Stage, has_state, logged_in};
use tokio::time::{Instant, sleep};

/// The delay of a refresh response in these tests.
pub const SLOW: Duration = Duration::from_millis(1500);

/// The maximum time that a login waits for a refresh.
pub const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// Opens `count` tabs, logs in as Ada, and starts a slow refresh in the first tab.
async fn refreshing(count: usize, query: &str) -> (Stage, Vec<Tab>) {
    refreshing_by("page.calls(2)", count, query).await
}

/// Works like [`refreshing`], but runs `script` in the first tab to start the refresh.
async fn refreshing_by(script: &str, count: usize, query: &str) -> (Stage, Vec<Tab>) {
    let (stage, tabs) = logged_in(count, query).await;
    stage.server.expire();
    stage.server.delay_refreshes(SLOW);
    tabs[0].begin(&format!("window.pending = {script}")).await.unwrap();
    stage.server.refresh_after(0).await;
    (stage, tabs)
}

/// Waits until the slow refresh has ended, and then checks that the browser has the cookie of Bob's login.
pub async fn is_bobs_session(stage: &Stage, tabs: &[Tab]) {
    sleep(SLOW + Duration::from_millis(300)).await;
    stage.server.delay_refreshes(Duration::ZERO);
    stage.server.expire();
    for tab in tabs {
        let calls = tab.call(2).await;
        assert_eq!(
            (calls.user.as_deref(), calls.errors),
            (Some("bob"), Vec::new()),
            "user and errors of the calls"
        );
    }
    assert_eq!(stage.server.counts().spent, 0, "{:?}", stage.server.counts());
}

/// T6: after a login in another tab, all tabs have the new session and the browser has the new cookie.
#[tokio::test]
async fn a_login_during_the_refresh_of_another_tab_keeps_its_cookie() {
    let (stage, tabs) = refreshing(3, "").await;
    tabs[1].log_in("bob").await;
    is_bobs_session(&stage, &tabs).await;
}

/// J3: after a login in the tab that is refreshing, the browser has the new cookie, both with and without a store.
#[tokio::test]
async fn a_login_during_the_refresh_of_its_own_tab_keeps_its_cookie() {
    for query in ["", "?store="] {
        let (stage, tabs) = refreshing(1, query).await;
        tabs[0].log_in("bob").await;
        is_bobs_session(&stage, &tabs).await;
    }
}

/// J3, T6: if the page's code starts a refresh, a login in the same tab or in another tab is not sent until the refresh
/// has ended.
#[tokio::test]
async fn a_login_during_a_refresh_that_the_page_requests_keeps_its_cookie() {
    for (refresh, query, tab) in
        [("page.call_refresh()", "", 1), ("page.call_refresh()", "?store=", 0), ("page.refresh()", "", 1)]
    {
        let (stage, tabs) = refreshing_by(refresh, tab + 1, query).await;
        tabs[tab].log_in("bob").await;
        is_bobs_session(&stage, &tabs).await;
    }
}

/// J3: `clear` ends the session during a refresh, and the next login begins while that refresh is still running.
#[tokio::test]
async fn a_login_after_a_session_was_cleared_during_its_refresh_keeps_its_cookie() {
    for query in ["", "?store="] {
        let (stage, tabs) = refreshing(1, query).await;
        tabs[0].evaluate("page.clear()").await.unwrap();
        tabs[0].log_in("bob").await;
        is_bobs_session(&stage, &tabs).await;
    }
}

/// K4: if the server refuses a page's first refresh, the cookie of a login that began in the meantime is not deleted.
#[tokio::test]
async fn a_late_refusal_does_not_delete_the_cookie_of_a_login() {
    let stage = Stage::new(&bundle::page()).await;
    stage.server.delete_cookie_of_refused_refreshes();
    stage.server.delay_refreshes(SLOW);
    let tabs = stage.open_many(2).await;
    tabs[0].begin("window.pending = page.calls(1)").await.unwrap();
    stage.server.refresh_after(0).await;
    tabs[1].log_in("bob").await;
    is_bobs_session(&stage, &tabs).await;
    assert_eq!(stage.server.counts().refused, 1);
}

/// T7: a logout takes effect in all tabs immediately, and the logout request is sent after the refresh. Because the
/// logout is sent last, the server revokes the newest refresh token, and a page that loads later has no session.
#[tokio::test]
async fn a_logout_during_a_refresh_revokes_the_newest_token() {
    for (tab, query) in [(0, ""), (1, ""), (0, "?store=")] {
        let (stage, tabs) = refreshing(tab + 1, query).await;
        stage.server.authority().revokes_one_token = true;
        tabs[tab].begin("window.logout = page.logout()").await.unwrap();
        for tab in &tabs {
            has_state(tab, "LoggedOut").await;
        }
        assert_eq!(tabs[0].pending().await.answered, 0);
        tabs[tab].evaluate("logout").await.unwrap();
        sleep(SLOW).await;
        stage.server.delay_refreshes(Duration::ZERO);
        tabs[0].reload().await.unwrap();
        let calls = tabs[0].call(1).await;
        assert!(calls.answered == 0 && calls.errors[0].starts_with("no session"), "{calls:?}");
    }
}

/// T5: a frozen tab delays a login in another tab for a limited time, which depends on the login's timeout.
#[tokio::test]
async fn a_frozen_tab_delays_a_login_for_a_limited_time() {
    let (stage, tabs) = refreshing(2, "").await;
    tabs[0].freeze().await.unwrap();
    sleep(SLOW).await;
    let begun = Instant::now();
    tabs[1].evaluate("page.login_within('eve', 3000)").await.unwrap();
    assert!(begun.elapsed() > Duration::from_secs(1) && begun.elapsed() < Duration::from_secs(3));
    let begun = Instant::now();
    tabs[1].log_in("bob").await;
    assert!(begun.elapsed() > LONGEST_WAIT && begun.elapsed() < 2 * LONGEST_WAIT);
    tabs[0].thaw().await.unwrap();
    has_state(&tabs[0], "LoggedIn").await;
    is_bobs_session(&stage, &tabs).await;
}
