//! Opens, closes, freezes and reloads tabs at random while the access token expires repeatedly.

use std::time::Duration;

use afresh_browser_tests::bundle;
use afresh_browser_tests::chromium::Tab;
use afresh_browser_tests::stage::{Calls, Stage, call_in_all};
use serde_json::Value;
use tokio::time::{Instant, sleep};

const GRACE: Duration = Duration::from_secs(30);
const MOST_TABS: usize = 7;

struct Run {
    stage: Stage,
    dice: fastrand::Rng,
    tabs: Vec<Tab>,
    frozen: Vec<(Tab, Instant)>,
    steps: u32,
    /// The number of calls that the server had accepted when the access token last expired.
    accepted: u64,
}

/// T2, T5: no tab is logged out, and no tab sends a used refresh token after the grace window.
#[tokio::test]
async fn tabs_that_come_and_go_at_random_keep_the_session() {
    let seed = number("AFRESH_CHAOS_SEED").unwrap_or_else(|| fastrand::u64(..));
    let end = Instant::now() + Duration::from_secs(number("AFRESH_CHAOS_SECONDS").unwrap_or(120));
    println!("AFRESH_CHAOS_SEED={seed}");
    let stage = Stage::new(&bundle::page()).await;
    stage.server.set_grace(GRACE);
    let tabs = stage.open_many(3).await;
    tabs[0].log_in("ada").await;
    let mut run =
        Run { stage, dice: fastrand::Rng::with_seed(seed), tabs, frozen: Vec::new(), steps: 0, accepted: 0 };
    while Instant::now() < end {
        run.step().await;
    }
    run.settle().await;
}

impl Run {
    async fn step(&mut self) {
        self.steps += 1;
        self.thaw(false).await;
        match self.dice.u8(0..12) {
            0 if self.tabs.len() < MOST_TABS => self.tabs.push(self.stage.open().await),
            1 | 2 if self.tabs.len() > 1 => self.any().close().await.unwrap(),
            3 if self.tabs.len() > 1 && self.frozen.len() < 2 => {
                let tab = self.any();
                tab.freeze().await.unwrap();
                let until = Instant::now() + Duration::from_millis(self.dice.u64(200..4000));
                self.frozen.push((tab, until));
            }
            4 => {
                let tab = self.any();
                tab.reload().await.unwrap();
                self.tabs.push(tab);
            }
            5..=8 => {
                self.expire();
                self.call().await;
            }
            _ => self.call().await,
        }
        self.stage.server.delay_refreshes(Duration::from_millis(self.dice.u64(0..300)));
        sleep(Duration::from_millis(self.dice.u64(0..150))).await;
    }

    /// Removes a random tab from the list of tabs that are not frozen, and returns the tab.
    fn any(&mut self) -> Tab {
        let at = self.dice.usize(0..self.tabs.len());
        self.tabs.swap_remove(at)
    }

    /// Makes the access token expire if the server has accepted a call since the previous expiration. If a server
    /// refuses several new tokens in a row, a client stops refreshing.
    fn expire(&mut self) {
        let accepted = self.stage.server.counts().calls;
        if accepted > self.accepted {
            self.accepted = accepted;
            self.stage.server.expire();
        }
    }

    /// Starts calls in each tab. At the end of the test, `settle` reads the errors of the calls in every tab that is
    /// still open.
    async fn call(&mut self) {
        let script = "(window.log ??= []).push(page.calls(3))";
        for tab in &self.tabs {
            tab.begin(script).await.unwrap();
        }
    }

    async fn thaw(&mut self, all: bool) {
        let now = Instant::now();
        let (due, rest) =
            std::mem::take(&mut self.frozen).into_iter().partition(|(_, until)| all || *until <= now);
        self.frozen = rest;
        let due: Vec<(Tab, Instant)> = due;
        for (tab, _) in due {
            tab.thaw().await.unwrap();
            self.tabs.push(tab);
        }
    }

    async fn settle(mut self) {
        self.thaw(true).await;
        sleep(Duration::from_secs(3)).await;
        let mut kinds = std::collections::BTreeMap::<String, u32>::new();
        for tab in &self.tabs {
            let log = tab.evaluate("Promise.all(window.log ?? [])").await.unwrap();
            for calls in log.as_array().unwrap() {
                let calls: Calls = serde_json::from_value::<Calls>(Value::clone(calls)).unwrap();
                for error in calls.errors {
                    let kind = error.split(':').next().unwrap_or_default();
                    assert!(!["no session", "expired", "superseded"].contains(&kind), "{error}");
                    *kinds.entry(error).or_default() += 1;
                }
            }
        }
        self.stage.server.expire();
        call_in_all(&self.tabs, 5).await;
        let counts = self.stage.server.counts();
        println!("{} steps, {} tabs at the end, {counts:?}, errors: {kinds:?}", self.steps, self.tabs.len());
        assert_eq!(
            (counts.spent, counts.refused, counts.logins),
            (0, 0, 1),
            "spent refresh tokens, refused refreshes, logins: {counts:?}"
        );
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}
