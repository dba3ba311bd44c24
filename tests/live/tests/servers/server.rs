//! A server as a child process. It starts on a free port, returns its counts, and ends with the test.

use std::ops::Sub;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::kit::Kit;

/// A server that listens on loopback. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    base: String,
    http: reqwest::Client,
    /// The closed pipe ends the server even if the test is killed.
    _child: Child,
}

/// The counts of a server, or the difference between two counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Logins that succeeded.
    pub logins: i64,
    /// Refreshes that brought tokens.
    pub refreshed: i64,
    /// Refreshes that were refused.
    pub refused: i64,
    /// How many of them presented a spent refresh token.
    pub reused: i64,
    /// Answers 200 of the resource.
    pub ok: i64,
    /// Answers 401 of the resource.
    pub unauthorized: i64,
    /// Answers 403 of the resource.
    pub forbidden: i64,
    /// How many refresh tokens are valid.
    pub live: i64,
}

impl Server {
    /// `None` if its interpreter is not available.
    pub async fn start(kit: Kit, script: &str, arguments: &[&str]) -> Option<Self> {
        let interpreter = tokio::task::spawn_blocking(move || kit.bring()).await.unwrap()?;
        let mut command = Command::new(interpreter.program);
        command.arg(script).args(arguments).current_dir(interpreter.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = async {
            loop {
                let line = lines.next_line().await.unwrap().expect("the server ended before it listened");
                if let Some(port) = line.strip_prefix("listening on ") {
                    return port.to_owned();
                }
            }
        };
        let port = tokio::time::timeout(Duration::from_secs(120), listening)
            .await
            .expect("the server does not listen");
        // The rest of its output must be read, or the server would block.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Self { base: format!("http://127.0.0.1:{port}"), http: reqwest::Client::new(), _child: child })
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The counts so far.
    pub async fn counts(&self) -> Counts {
        self.control("counts").await
    }

    /// Moves the server's clock forward, so that access tokens expire without the client's knowledge.
    pub async fn hours_pass(&self) {
        let _: serde_json::Value = self.control("forward?seconds=7200").await;
    }

    /// Moves the server's clock forward by less than the lifetime of an access token.
    pub async fn a_minute_passes(&self) {
        let _: serde_json::Value = self.control("forward?seconds=60").await;
    }

    /// Delays every second refusal until after the next refresh.
    pub async fn refusals_are_late(&self, late: bool) {
        let _: serde_json::Value = self.control(&format!("late?on={late}")).await;
    }

    /// The answer of a route for the test.
    pub async fn control<T: DeserializeOwned>(&self, route: &str) -> T {
        let answer = self.http.get(format!("{}/control/{route}", self.base)).send().await.unwrap();
        let body = answer.error_for_status().unwrap().bytes().await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

/// What has come since. The number of valid tokens is not a counter, so it is not subtracted.
impl Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            logins: self.logins - before.logins,
            refreshed: self.refreshed - before.refreshed,
            refused: self.refused - before.refused,
            reused: self.reused - before.reused,
            ok: self.ok - before.ok,
            unauthorized: self.unauthorized - before.unauthorized,
            forbidden: self.forbidden - before.forbidden,
            live: self.live,
        }
    }
}
