//! Tests cookies and CORS: which requests carry the refresh cookie, and which error a call returns if the browser hides
//! the response.

use afresh_browser_tests::bundle;
use afresh_browser_tests::server::Server;
use afresh_browser_tests::stage::{Calls, Stage, call_in_all};

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
    assert_eq!((api.counts().refreshes, api.counts().calls), (1, 10), "refreshes and calls");
    assert_eq!(stage.server.counts().calls, 0);
}

/// T3: the browser hides a response that CORS does not allow. If a response is hidden, the client cannot see whether
/// the server refused the credential, so the session does not refresh.
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

/// Opens a page with the given `credentials` setting and an API at another origin, and makes a call. The login cookie
/// is valid for both origins, because cookies do not depend on the port. Returns the result of the call, and the number
/// of requests that carried the cookie.
async fn call_elsewhere(credentials: &str) -> (Calls, u64) {
    let stage = Stage::new(&bundle::page()).await;
    let api = Server::start(&bundle::page()).await.unwrap();
    api.allow_origin(&stage.server.origin());
    stage.open().await.log_in("ada").await;
    let tab = stage.open_at(&format!("?api={}&store=other&credentials={credentials}", api.origin())).await;
    let calls = tab.call(1).await;
    assert_eq!(api.arrived(), 1);
    (calls, api.with_cookie())
}

/// T4: by default, only an API at the page's origin receives the cookies.
#[tokio::test]
async fn by_default_only_the_origin_of_the_page_receives_the_cookie() {
    let stage = Stage::new(&bundle::page()).await;
    let tabs = [stage.open_at("?credentials=").await];
    tabs[0].log_in("ada").await;
    stage.server.expire();
    call_in_all(&tabs, 10).await;
    assert_eq!(
        (stage.server.counts().refreshes, stage.server.counts().refused),
        (1, 0),
        "refreshes and refused refreshes"
    );

    for (credentials, requests) in [("include", 1), ("", 0)] {
        let (calls, with_cookie) = call_elsewhere(credentials).await;
        assert!(calls.errors[0].starts_with("no session"), "{calls:?}");
        assert_eq!(with_cookie.min(1), requests, "{credentials}");
    }
}

/// T4: with `RequestCredentials::Omit`, no request carries a cookie, not even at the page's origin.
#[tokio::test]
async fn with_omit_no_request_carries_a_cookie() {
    let stage = Stage::new(&bundle::page()).await;
    stage.open().await.log_in("ada").await;
    let before = stage.server.with_cookie();
    let tab = stage.open_at("?store=other&credentials=omit").await;
    tab.log_in("bob").await;
    assert_eq!(tab.call(1).await.user.as_deref(), Some("bob"));
    stage.server.expire();
    let calls = tab.call(1).await;
    assert!(calls.errors[0].starts_with("expired"), "{calls:?}");
    assert_eq!(
        (stage.server.arrived(), stage.server.with_cookie()),
        (1, before),
        "refresh requests that arrived, and requests with a cookie"
    );
}
