//! Tests `ensure_login` together with other logins and refreshes. While `ensure_login` logs in, it holds the store's
//! lock.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::stage::{Stage, call_in_all, has_state, waits_for_lock};
use tokio::time::Instant;

use crate::login_during_refresh::{LONGEST_WAIT, SLOW, is_bobs_session};

/// The server's delay before it refuses a refresh. Without the store's lock, a login waits only one second for the
/// refresh.
const REFUSED_AFTER: Duration = Duration::from_millis(2500);

/// W13: `ensure_login` already holds the store's lock, so its login does not wait for this lock.
#[tokio::test]
async fn ensure_login_does_not_wait_for_its_own_lock() {
    let stage = Stage::new(&bundle::page()).await;
    let tabs = stage.open_many(2).await;
    let begun = Instant::now();
    tabs[0].evaluate("page.ensure_login('ada')").await.unwrap();
    tabs[1].evaluate("page.ensure_login('bob')").await.unwrap();
    assert!(begun.elapsed() < LONGEST_WAIT, "{:?}", begun.elapsed());
    call_in_all(&tabs, 1).await;
    assert_eq!(stage.server.counts().logins, 1);
}

/// K4, W13: while `ensure_login` waits for another tab's refresh, a login also waits for that refresh, so the server's
/// refusal of the refresh does not delete the login's cookie.
#[tokio::test]
async fn a_login_beside_a_waiting_ensure_login_waits_for_the_refresh() {
    for ensuring in [1, 2] {
        let stage = Stage::new(&bundle::page()).await;
        stage.server.delete_cookie_of_refused_refreshes();
        stage.server.delay_refreshes(REFUSED_AFTER);
        let tabs = stage.open_many(3).await;
        tabs[0].begin("window.pending = page.calls(1)").await.unwrap();
        stage.server.refresh_after(0).await;
        tabs[ensuring].begin("window.ensured = page.ensure_login('eve')").await.unwrap();
        waits_for_lock(&tabs[ensuring]).await;
        let begun = Instant::now();
        tabs[1].log_in("bob").await;
        assert!(begun.elapsed() < 2 * REFUSED_AFTER, "{:?}", begun.elapsed());
        tabs[ensuring].evaluate("ensured").await.unwrap();
        is_bobs_session(&stage, &tabs).await;
    }
}

/// W13: after `ensure_login` has released the store's lock, a login in the same tab waits for a refresh again.
#[tokio::test]
async fn a_login_after_ensure_login_waits_for_the_refresh_of_another_tab() {
    let stage = Stage::new(&bundle::page()).await;
    let tabs = stage.open_many(2).await;
    tabs[1].evaluate("page.ensure_login('ada')").await.unwrap();
    has_state(&tabs[0], "LoggedIn").await;
    stage.server.expire();
    stage.server.delay_refreshes(SLOW);
    tabs[0].begin("window.pending = page.calls(1)").await.unwrap();
    stage.server.refresh_after(0).await;
    tabs[1].log_in("bob").await;
    is_bobs_session(&stage, &tabs).await;
}
