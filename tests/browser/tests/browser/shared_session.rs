//! Tests one session that several tabs share: the tabs refresh once, and logins and logouts reach all tabs.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::{Stage, call_in_all, has_state, logged_in};
use serde_json::json;
use tokio::time::{Instant, sleep};

/// T2: if the token expires while eight tabs make twenty calls each, only one refresh is sent.
#[tokio::test]
async fn eight_tabs_with_twenty_calls_each_refresh_once() {
    let (stage, tabs) = logged_in(8, "").await;
    call_in_all(&tabs, 1).await;
    stage.server.expire();
    call_in_all(&tabs, 20).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.refreshes, counts.calls, counts.spent),
        (1, 168, 0),
        "refreshes, calls, spent refresh tokens: {counts:?}"
    );
}

/// T2: when four tabs share a session, each of 200 expirations causes exactly one refresh.
#[tokio::test]
async fn each_of_200_expiries_costs_one_refresh() {
    let (stage, tabs) = logged_in(4, "").await;
    for expiry in 1..=200 {
        stage.server.expire();
        call_in_all(&tabs, 3).await;
        let counts = stage.server.counts();
        assert_eq!(
            (counts.refreshes, counts.within_grace, counts.spent),
            (expiry, 0, 0),
            "refreshes, refreshes within the grace window, spent refresh tokens: {counts:?}"
        );
    }
}

/// T2: if the browser grants the lock before the message about the last refresh arrives, the tab waits for this
/// message.
#[tokio::test]
async fn a_lock_that_is_granted_before_the_message_arrives_causes_no_refresh() {
    let late = "
        const { set } = Object.getOwnPropertyDescriptor(BroadcastChannel.prototype, 'onmessage')
        Object.defineProperty(BroadcastChannel.prototype, 'onmessage', {
            set(hear) { set.call(this, hear && (event => setTimeout(() => hear(event), 600))) },
        })";
    let stage = Stage::new(&bundle::page()).await;
    let first = stage.open().await;
    let second = stage.browser.open_with_script(&stage.server.origin(), late).await.unwrap();
    first.log_in("ada").await;
    sleep(Duration::from_secs(1)).await;
    let tabs = [first, second];
    call_in_all(&tabs, 1).await;
    for expiry in 1..=3 {
        stage.server.expire();
        call_in_all(&tabs, 5).await;
        let counts = stage.server.counts();
        assert_eq!(
            (counts.refreshes, counts.spent),
            (expiry, 0),
            "refreshes, spent refresh tokens: {counts:?}"
        );
    }
}

/// T2: a new tab gets the session from the other tabs without sending a request.
#[tokio::test]
async fn a_new_tab_takes_over_the_session_without_a_refresh() {
    let (stage, _tabs) = logged_in(2, "").await;
    let new = [stage.open().await];
    has_state(&new[0], "LoggedIn").await;
    call_in_all(&new, 5).await;
    assert_eq!(stage.server.counts().refreshes, 0);
}

/// K4: if a browser restores eight tabs at the same time, only one of the tabs refreshes with the cookie.
#[tokio::test]
async fn eight_restored_tabs_refresh_once() {
    let (stage, mut tabs) = logged_in(1, "").await;
    tabs.remove(0).close().await.unwrap();
    let tabs = stage.open_many(8).await;
    call_in_all(&tabs, 3).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logins, counts.refreshes, counts.calls, counts.spent),
        (1, 1, 24, 0),
        "logins, refreshes, calls, spent refresh tokens: {counts:?}"
    );
}

/// T6: a login reaches all tabs within one second, even if no tab makes a call and even if a different user logs in.
#[tokio::test]
async fn a_login_reaches_all_tabs() {
    let (stage, tabs) = logged_in(4, "").await;
    for tab in &tabs {
        assert_eq!(tab.call(1).await.user.as_deref(), Some("ada"));
    }
    tabs[3].log_in("bob").await;
    sleep(Duration::from_millis(500)).await;
    for tab in &tabs {
        assert_eq!(tab.call(1).await.user.as_deref(), Some("bob"));
    }
    assert_eq!(stage.server.counts().refreshes, 0);
}

/// T7: a logout reaches all tabs within one second, even if no tab makes a call. No tab refreshes afterwards.
#[tokio::test]
async fn a_logout_reaches_all_tabs() {
    let (stage, tabs) = logged_in(4, "").await;
    call_in_all(&tabs, 1).await;
    tabs[1].log_out().await;
    for tab in &tabs {
        has_state(tab, "LoggedOut").await;
    }
    for tab in &tabs {
        let calls = tab.call(3).await;
        assert!(calls.errors.len() == 3 && calls.errors[0].starts_with("no session"), "{calls:?}");
    }
    assert_eq!(
        (stage.server.arrived(), stage.server.counts().logouts),
        (0, 1),
        "refresh requests that arrived, and logouts"
    );
    tabs[2].log_in("ada").await;
    has_state(&tabs[0], "LoggedIn").await;
    call_in_all(&tabs, 1).await;
}

/// T7: a logout reaches all tabs, even if another tab is refreshing.
#[tokio::test]
async fn a_logout_ends_the_refresh_of_another_tab() {
    let (stage, tabs) = logged_in(3, "").await;
    stage.server.delay_refreshes(Duration::from_millis(1500));
    stage.server.expire();
    tabs[1].begin("window.pending = page.calls(2)").await.unwrap();
    stage.server.refresh_after(0).await;
    tabs[0].begin("window.logout = page.logout()").await.unwrap();
    for tab in &tabs {
        has_state(tab, "LoggedOut").await;
    }
    let pending = tabs[1].pending().await;
    assert_eq!((pending.answered, pending.errors.len()), (0, 2), "answered calls, failed calls: {pending:?}");
    tabs[0].evaluate("logout").await.unwrap();
    for tab in &tabs {
        assert_eq!(tab.state().await, "LoggedOut");
        assert_eq!(tab.call(1).await.answered, 0);
    }
    assert_eq!(stage.server.arrived(), 1);
}

/// T5: a tab is frozen while it holds the lock. A call from another tab fails with a busy error after it has waited for
/// the lock for the maximum time. The tabs that are not frozen keep their tokens.
#[tokio::test]
async fn a_frozen_tab_makes_the_others_busy_and_costs_at_most_one_refresh_more() {
    let (stage, tabs) = logged_in(3, "").await;
    stage.server.set_grace(Duration::from_secs(60));
    stage.server.delay_refreshes(Duration::from_secs(12));
    stage.server.expire();
    tabs[0].begin("window.pending = page.calls(1)").await.unwrap();
    stage.server.refresh_after(0).await;
    tabs[0].freeze().await.unwrap();
    stage.server.delay_refreshes(Duration::ZERO);
    let begun = Instant::now();
    let calls = tabs[1].call(2).await;
    assert!(calls.errors.len() == 2 && calls.errors[0].starts_with("busy"), "{calls:?}");
    assert!(begun.elapsed() > Duration::from_secs(7) && begun.elapsed() < Duration::from_secs(12));
    assert_eq!(tabs[1].state().await, "LoggedIn");
    tabs[0].thaw().await.unwrap();
    sleep(Duration::from_secs(6)).await;
    call_in_all(&tabs, 2).await;
    let counts = stage.server.counts();
    assert!(counts.refreshes + counts.within_grace <= 2 && counts.spent == 0, "{counts:?}");
}

/// T2: outside a secure context, Web Locks are unavailable. The session reports once that Web Locks are unavailable,
/// and the tabs still share the session.
#[tokio::test]
async fn without_a_secure_context_the_session_is_uncoordinated() {
    let stage = Stage::new(&bundle::page()).await;
    let url = format!("http://insecure.test:{}", stage.server.address.port());
    let tabs = [stage.browser.open(&url).await.unwrap(), stage.browser.open(&url).await.unwrap()];
    assert_eq!(tabs[0].evaluate("navigator.locks === undefined").await.unwrap(), json!(true));
    tabs[0].log_in("ada").await;
    has_state(&tabs[1], "LoggedIn").await;
    for expiry in 1..=2 {
        stage.server.expire();
        call_in_all(&tabs[..1], 3).await;
        sleep(Duration::from_millis(300)).await;
        call_in_all(&tabs, 3).await;
        assert_eq!(stage.server.counts().refreshes, expiry);
    }
    let events = tabs[0].evaluate("page.events()").await.unwrap();
    let uncoordinated = |event: &&serde_json::Value| **event == json!("Uncoordinated");
    assert_eq!(events.as_array().unwrap().iter().filter(uncoordinated).count(), 1, "{events}");
}

#[tokio::test]
async fn a_store_of_another_name_is_another_session() {
    let (stage, tabs) = logged_in(2, "").await;
    let other = stage.open_at("?store=other").await;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(other.state().await, "LoggedOut");
    tabs[1].log_out().await;
    has_state(&tabs[0], "LoggedOut").await;
}
