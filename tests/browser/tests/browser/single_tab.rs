//! Tests one tab: concurrent calls, and the session after a reload.

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::{Stage, call_in_all};

/// B1: one tab refreshes once for fifty calls that are rejected at the same time.
#[tokio::test]
async fn fifty_calls_refresh_once() {
    let stage = Stage::new(&bundle::page()).await;
    let tab = [stage.open().await];
    tab[0].log_in("ada").await;
    call_in_all(&tab, 1).await;
    stage.server.expire();
    call_in_all(&tab, 50).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logins, counts.refreshes, counts.calls, counts.spent),
        (1, 1, 51, 0),
        "logins, refreshes, calls, spent refresh tokens: {counts:?}"
    );
}

/// K4: a reloaded page still has the cookie. After the reload, one refresh gets an access token for all of the page's
/// calls.
#[tokio::test]
async fn a_page_that_is_loaded_anew_is_logged_in_by_one_refresh() {
    let stage = Stage::new(&bundle::page()).await;
    let tab = [stage.open().await];
    tab[0].log_in("ada").await;
    tab[0].reload().await.unwrap();
    call_in_all(&tab, 10).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logins, counts.refreshes, counts.calls),
        (1, 1, 10),
        "logins, refreshes, calls: {counts:?}"
    );
}

/// K4: without a cookie, the page attempts one refresh for each page load.
#[tokio::test]
async fn without_a_cookie_there_is_one_attempt() {
    let stage = Stage::new(&bundle::page()).await;
    let tab = stage.open().await;
    for _ in 0..3 {
        let calls = tab.call(5).await;
        assert_eq!(calls.answered, 0);
        assert!(calls.errors.iter().all(|error| error.starts_with("no session")), "{calls:?}");
    }
    assert_eq!(stage.server.arrived(), 1);
    tab.log_in("ada").await;
    call_in_all(&[tab], 5).await;
    assert_eq!(stage.server.arrived(), 1);
}

/// B1, K4: a client without a store refreshes once for a rejection with status 403, and once after a reload.
#[tokio::test]
async fn a_client_without_a_store_refreshes_once() {
    let stage = Stage::new(&bundle::page()).await;
    stage.server.refuse_with(403);
    let tab = [stage.open_at("?store=").await];
    tab[0].log_in("ada").await;
    call_in_all(&tab, 1).await;
    stage.server.expire();
    call_in_all(&tab, 20).await;
    assert_eq!(
        (stage.server.counts().refreshes, stage.server.counts().unauthorized),
        (1, 20),
        "refreshes and 401 responses after the session expired"
    );
    tab[0].reload().await.unwrap();
    call_in_all(&tab, 10).await;
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logins, counts.refreshes, counts.spent),
        (1, 2, 0),
        "logins, refreshes, spent refresh tokens: {counts:?}"
    );
}

/// K4: after `clear`, the page does not send a refresh request. The server still accepts the cookie, so a reloaded page
/// is logged in.
#[tokio::test]
async fn a_session_that_was_cleared_returns_after_a_reload() {
    let stage = Stage::new(&bundle::page()).await;
    let tab = [stage.open().await];
    tab[0].log_in("ada").await;
    tab[0].evaluate("page.clear()").await.unwrap();
    let calls = tab[0].call(2).await;
    assert!(calls.errors.len() == 2 && calls.errors[0].starts_with("no session"), "{calls:?}");
    assert_eq!(stage.server.arrived(), 0);
    tab[0].reload().await.unwrap();
    call_in_all(&tab, 2).await;
    assert_eq!(
        (stage.server.arrived(), stage.server.counts().refreshes),
        (1, 1),
        "refresh requests that arrived, and refreshes"
    );
}

/// K4: a logout ends the session at the server, so a reloaded page has no session.
#[tokio::test]
async fn a_session_that_was_logged_out_does_not_return_after_a_reload() {
    let stage = Stage::new(&bundle::page()).await;
    let tab = stage.open().await;
    tab.log_in("ada").await;
    tab.log_out().await;
    tab.reload().await.unwrap();
    let calls = tab.call(2).await;
    assert!(calls.errors.len() == 2 && calls.errors[0].starts_with("no session"), "{calls:?}");
    assert_eq!(stage.server.counts().refreshes, 0);
}
