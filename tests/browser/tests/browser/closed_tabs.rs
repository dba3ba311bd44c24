//! Tests what happens if a tab is closed while it is refreshing the session. The browser completes the request of the
//! closed tab, and the next tab takes over the session.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::{Stage, call_in_all, has_state};

/// Closes `times` tabs one after another, each while it is refreshing the session, and returns the number of lost
/// sessions.
async fn lost_sessions(times: u32, grace: Duration, answer: Duration) -> u32 {
    let stage = Stage::new(&bundle::page()).await;
    stage.server.set_grace(grace);
    let rest = [stage.open().await];
    let mut lost = 0;
    for _ in 0..times {
        if rest[0].state().await != "LoggedIn" {
            rest[0].log_in("ada").await;
        }
        let closed = stage.open().await;
        has_state(&closed, "LoggedIn").await;
        stage.server.expire();
        stage.server.delay_refreshes(answer);
        let before = stage.server.arrived();
        closed.begin("page.calls(1)").await.unwrap();
        stage.server.refresh_after(before).await;
        stage.server.delay_refreshes(Duration::ZERO);
        closed.close().await.unwrap();
        let calls = rest[0].call(2).await;
        lost += u32::from(calls.answered != 2);
    }
    let counts = stage.server.counts();
    println!(
        "answers after {answer:?}, grace window of {grace:?}: {lost} of {times} sessions lost, {counts:?}"
    );
    lost
}

/// T2: if the server has a grace window, no session is lost, regardless of the response time.
#[tokio::test]
async fn with_a_grace_window_no_session_is_lost() {
    assert_eq!(lost_sessions(5, Duration::from_secs(30), Duration::from_millis(300)).await, 0);
    assert_eq!(lost_sessions(5, Duration::from_secs(30), Duration::from_secs(3)).await, 0);
}

/// T2: without a grace window, no session is lost if the server responds within the one second that the next tab waits.
#[tokio::test]
async fn without_a_grace_window_a_quick_server_loses_no_session() {
    assert_eq!(lost_sessions(20, Duration::ZERO, Duration::from_millis(300)).await, 0);
}

/// Without a grace window, a session is lost if the server takes longer than one second to respond, because the next
/// tab then sends the cookie that was already used.
#[tokio::test]
async fn without_a_grace_window_a_slow_server_loses_the_session() {
    assert_eq!(lost_sessions(3, Duration::ZERO, Duration::from_secs(4)).await, 3);
}

#[tokio::test]
async fn a_reload_during_a_refresh_keeps_the_session() {
    let stage = Stage::new(&bundle::page()).await;
    let tabs = stage.open_many(2).await;
    tabs[0].log_in("ada").await;
    has_state(&tabs[1], "LoggedIn").await;
    stage.server.expire();
    stage.server.delay_refreshes(Duration::from_millis(300));
    tabs[0].begin("page.calls(1)").await.unwrap();
    stage.server.refresh_after(0).await;
    tabs[0].reload().await.unwrap();
    call_in_all(&tabs, 2).await;
    let counts = stage.server.counts();
    assert_eq!((counts.spent, counts.refused), (0, 0), "spent refresh tokens, refused refreshes: {counts:?}");
}
