//! Tests the end of a session whose refresh the server refuses.

use afresh_browser_tests::stage::{has_state, logged_in};

/// D4: a 401 or 403 response to the refresh ends the session. The tab that sent the refresh reports that the session
/// has expired, and the other tabs report that there is no session.
#[tokio::test]
async fn a_refused_refresh_ends_the_session_in_all_tabs() {
    for status in [401, 403] {
        let (stage, tabs) = logged_in(3, "").await;
        stage.server.refuse_with(status);
        stage.server.authority().end_all();
        let calls = tabs[0].call(3).await;
        assert!(calls.errors.len() == 3, "{calls:?}");
        assert!(calls.errors.iter().all(|error| error.starts_with("expired")), "{calls:?}");
        assert_eq!(tabs[0].state().await, "Expired");
        for tab in &tabs[1..] {
            has_state(tab, "LoggedOut").await;
            let calls = tab.call(1).await;
            assert!(calls.errors[0].starts_with("no session"), "{calls:?}");
        }
        assert_eq!(
            (stage.server.arrived(), stage.server.counts().refused),
            (1, 1),
            "refresh requests that arrived, and refused refreshes"
        );
    }
}
