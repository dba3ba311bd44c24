//! Tests the two web pages that new users start from: the page of examples/browser with its server, and the page of the
//! guide.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::chromium::{Chromium, Tab};
use afresh_browser_tests::server::PASSWORD;
use afresh_browser_tests::stage::Stage;
use serde_json::json;
use tokio::time::{sleep, timeout};

/// A script for pages that do not set `window.page` themselves.
const READY: &str = "window.page = {}";

fn shows(id: &str, text: &str) -> String {
    format!("document.getElementById('{id}').textContent.includes('{text}')")
}

#[tokio::test]
async fn the_example_logs_in_and_opens_eight_tabs() {
    let (browser, url) = (Chromium::start().await.unwrap(), bundle::example());
    let tab = browser.open_with_script(&url, READY).await.unwrap();
    tab.until(&shows("state", "LoggedOut")).await.unwrap();
    tab.click("#login").await.unwrap();
    tab.until(&shows("state", "LoggedIn")).await.unwrap();
    tab.click("#load").await.unwrap();
    tab.until(&shows("items", "tea for ada")).await.unwrap();
    let seconds = "parseInt(document.getElementById('expires').textContent)";
    tab.until(&format!("{seconds} <= 15")).await.unwrap();
    tab.until(&format!("{seconds} <= 13")).await.unwrap();
    tab.click("#tabs").await.unwrap();
    let mut tabs = Vec::new();
    for _ in 0..100 {
        tabs = browser.tabs_at(&url).await.unwrap();
        if tabs.len() == 9 {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(tabs.len(), 9);
    for tab in &tabs {
        tab.until(&shows("state", "LoggedIn")).await.unwrap();
        assert_eq!(
            tab.evaluate("document.getElementById('refreshed').textContent").await.unwrap(),
            json!("0")
        );
    }
    tabs[0].click("#logout").await.unwrap();
    for tab in &tabs {
        tab.until(&shows("state", "LoggedOut")).await.unwrap();
    }
}

async fn log_in(tab: &Tab, password: &str) {
    let script = format!(
        "document.querySelector('[name=user]').value = 'ada'
        document.querySelector('[name=password]').value = '{password}'"
    );
    tab.evaluate(&script).await.unwrap();
    tab.click("#login button").await.unwrap();
}

/// K4: the guide's web page logs in, lists the orders, keeps its session after a reload, and logs out.
#[tokio::test]
async fn the_page_of_the_guide_logs_in_and_out() {
    let stage = Stage::new(&bundle::guide_page()).await;
    let tab = stage.browser.open_with_script(&stage.server.origin(), READY).await.unwrap();
    tab.until(&shows("error", "You are not logged in.")).await.unwrap();
    log_in(&tab, "wrong").await;
    tab.until(&shows("error", "The user name or the password is wrong.")).await.unwrap();
    log_in(&tab, PASSWORD).await;
    tab.until(&shows("orders", "7: tea")).await.unwrap();
    tab.until(&shows("state", "LoggedIn")).await.unwrap();
    tab.reload().await.unwrap();
    tab.until(&shows("orders", "8: bread")).await.unwrap();
    tab.click("#logout").await.unwrap();
    tab.until(&shows("state", "LoggedOut")).await.unwrap();
    // The page shows the end of the session before it sends the logout request.
    let sent = async {
        while stage.server.counts().logouts == 0 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), sent).await.expect("the logout arrives");
    tab.reload().await.unwrap();
    tab.until(&shows("error", "You are not logged in.")).await.unwrap();
    let counts = stage.server.counts();
    assert_eq!(
        (counts.logins, counts.refreshes, counts.logouts),
        (1, 1, 1),
        "logins, refreshes, logouts: {counts:?}"
    );
}
