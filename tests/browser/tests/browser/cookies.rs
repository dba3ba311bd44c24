//! Tests cookies and CORS: the requests that carry the refresh cookie, and the error of a call whose response the
//! browser hides.

use afresh_browser_tests::bundle;
use afresh_browser_tests::server::Server;
use afresh_browser_tests::stage::{Stage, call_in_all};

/// T4: with `RequestCredentials::Include`, an API at another origin receives the cookies.
#[tokio::test]
async fn an_api_at_another_origin_is_refreshed_by_its_cookie() {
    let stage = Stage::new(&bundle::page()).await;
    let api = Server::start(&bundle::page()).await.unwrap();
    api.allow_origin(&stage.server.origin());
    let tabs = [stage.open_at(&format!("?api={}", api.origin())).await];
    tabs[0].log_in("ada").await;
    api.expire();
    call_in_all(&tabs, 10).await;
    assert_eq!((api.counts().refreshes, api.counts().calls), (1, 10), "one refresh serves ten calls");
    assert_eq!(stage.server.counts().calls, 0);
}

/// T3: the browser hides a response that CORS does not allow. A hidden response is not a rejection, so the session does
/// not refresh.
#[tokio::test]
async fn an_answer_that_the_browser_hides_starts_no_refresh() {
    let stage = Stage::new(&bundle::page()).await;
    let api = Server::start(&bundle::page()).await.unwrap();
    api.allow_origin(&stage.server.origin());
    let tab = stage.open_at(&format!("?api={}", api.origin())).await;
    tab.log_in("ada").await;
    api.expire();
    api.allow_origin("http://elsewhere.test");
    let calls = tab.call(2).await;
    assert_eq!(calls.errors.len(), 2);
    assert!(calls.errors.iter().all(|error| error.contains("CORS")), "{calls:?}");
    assert_eq!(api.arrived(), 0);
    assert_eq!(tab.state().await, "LoggedIn");
}
