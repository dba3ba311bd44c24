//! Starts the server, the browser and the tabs that a test uses.

use std::path::Path;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::bundle;
use crate::chromium::{Chromium, Tab};
use crate::devtools::Failure;
use crate::server::Server;

pub struct Stage {
    pub server: Server,
    pub browser: Chromium,
}

/// A web page's report on the calls that it has made.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Calls {
    pub answered: u64,
    /// The user in the last successful response.
    pub user: Option<String>,
    /// The kind and the message of each error.
    pub errors: Vec<String>,
}

impl Stage {
    pub async fn new(files: &Path) -> Self {
        let server = Server::start(files).await.expect("the server starts");
        let browser = Chromium::start().await.expect("the browser starts");
        Self { server, browser }
    }

    pub async fn open(&self) -> Tab {
        self.browser.open(&self.server.origin()).await.expect("the page loads")
    }

    /// Opens a tab of the test server with a query such as `?store=other`.
    pub async fn open_at(&self, query: &str) -> Tab {
        self.browser.open(&format!("{}/{query}", self.server.origin())).await.expect("the page loads")
    }

    pub async fn open_many(&self, count: usize) -> Vec<Tab> {
        join_all((0..count).map(|_| self.open())).await
    }
}

/// Calls the functions that every page under test defines.
impl Tab {
    pub async fn log_in(&self, user: &str) {
        self.evaluate(&format!("page.login('{user}')")).await.expect("the login succeeds");
    }

    /// Waits until the calls in `window.pending`, which the test has started, are complete.
    pub async fn pending(&self) -> Calls {
        let calls = self.evaluate("pending").await.expect("the page has completed its calls");
        serde_json::from_value(calls).expect("the page reports its calls")
    }

    pub async fn log_out(&self) {
        self.evaluate("page.logout()").await.expect("the logout succeeds");
    }

    /// Makes `count` calls at the same time.
    pub async fn call(&self, count: u32) -> Calls {
        self.try_call(count).await.expect("the page reports its calls")
    }

    pub async fn try_call(&self, count: u32) -> Result<Calls, Failure> {
        Ok(serde_json::from_value(self.evaluate(&format!("page.calls({count})")).await?)?)
    }

    pub async fn state(&self) -> String {
        match self.evaluate("page.state()").await {
            Ok(Value::String(state)) => state,
            other => panic!("the page has no state: {other:?}"),
        }
    }
}

/// The time limit for a login or logout to reach the other tabs.
const REACHED: Duration = Duration::from_secs(1);

/// Waits until a tab has the expected state, without making a call. Panics after one second.
pub async fn has_state(tab: &Tab, expected: &str) {
    let started = Instant::now();
    loop {
        let state = tab.state().await;
        if state == expected {
            return;
        }
        assert!(started.elapsed() < REACHED, "the tab is {state} instead of {expected} after {REACHED:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until any tab of the same origin as `tab` is waiting for a Web Lock.
pub async fn waits_for_lock(tab: &Tab) {
    let script = "(async () => {
        while (!(await navigator.locks.query()).pending.length) await new Promise(done => setTimeout(done, 5))
    })()";
    tab.evaluate(script).await.expect("the page queries its locks");
}

/// Opens `count` tabs of the page under test with a query such as `?store=other`, and logs in as Ada.
pub async fn logged_in(count: usize, query: &str) -> (Stage, Vec<Tab>) {
    let stage = Stage::new(&bundle::page()).await;
    let tabs = join_all((0..count).map(|_| stage.open_at(query))).await;
    tabs[0].log_in("ada").await;
    for tab in &tabs {
        has_state(tab, "LoggedIn").await;
    }
    (stage, tabs)
}

/// Concurrently makes `count` calls in each tab. Panics if a call fails.
pub async fn call_in_all(tabs: &[Tab], count: u32) {
    let calls =
        try_join_all(tabs.iter().map(|tab| tab.try_call(count))).await.expect("the pages report their calls");
    for calls in calls {
        assert_eq!(
            (calls.answered, calls.errors),
            (u64::from(count), Vec::new()),
            "number of successful calls, and errors of the other calls"
        );
    }
}
