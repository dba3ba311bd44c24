//! Validates the test server and the browser driver with a web page in plain JavaScript, because the other tests rely
//! on the server and the driver.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::{Stage, call_in_all};

#[tokio::test]
async fn one_tab_with_fifty_calls_refreshes_once() {
    let stage = Stage::new(&bundle::by_hand()).await;
    let tab = stage.open().await;
    tab.log_in("ada").await;
    call_in_all(std::slice::from_ref(&tab), 1).await;
    stage.server.expire();
    call_in_all(std::slice::from_ref(&tab), 50).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logins, counts.refreshes, counts.calls, counts.spent),
        (1, 1, 51, 0),
        "logins, refreshes, calls, spent refresh tokens: {counts:?}"
    );
}

#[tokio::test]
async fn eight_tabs_with_twenty_calls_each_refresh_once() {
    let stage = Stage::new(&bundle::by_hand()).await;
    let tabs = stage.open_many(8).await;
    tabs[0].log_in("ada").await;
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

#[tokio::test]
async fn the_server_detects_a_spent_refresh_token() {
    let stage = Stage::new(&bundle::by_hand()).await;
    let tab = stage.open().await;
    tab.log_in("ada").await;
    let stolen = stage.server.authority().log_in("eve").refresh;
    assert!(stage.server.authority().refresh(Some(&stolen)).is_some());
    stage.server.set_grace(Duration::from_secs(60));
    assert!(stage.server.authority().refresh(Some(&stolen)).is_some());
    stage.server.set_grace(Duration::ZERO);
    assert!(stage.server.authority().refresh(Some(&stolen)).is_none());
    let counts = stage.server.counts();
    assert_eq!(
        (counts.refreshes, counts.within_grace, counts.spent),
        (1, 1, 1),
        "refreshes, refreshes within the grace window, spent refresh tokens: {counts:?}"
    );
}

#[tokio::test]
async fn a_frozen_tab_runs_no_tasks_until_it_thaws() {
    let stage = Stage::new(&bundle::by_hand()).await;
    let tab = stage.open().await;
    tab.log_in("ada").await;
    tab.begin("window.ticks = 0; setInterval(() => window.ticks++, 5)").await.unwrap();
    tab.freeze().await.unwrap();
    let before = tab.evaluate("window.ticks").await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(tab.evaluate("window.ticks").await.unwrap(), before);
    tab.thaw().await.unwrap();
    call_in_all(std::slice::from_ref(&tab), 1).await;
}

#[tokio::test]
async fn a_tab_that_is_loaded_anew_or_closed_leaves_the_others_logged_in() {
    let stage = Stage::new(&bundle::by_hand()).await;
    let mut tabs = stage.open_many(3).await;
    tabs[0].log_in("ada").await;
    tabs[1].reload().await.unwrap();
    tabs.remove(0).close().await.unwrap();
    call_in_all(&tabs, 5).await;
    assert_eq!(stage.server.counts().spent, 0);
}
