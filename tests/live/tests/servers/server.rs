//! Runs a server as a child process that listens on a free port, counts its requests, and exits when the test ends.

use std::ops::Sub;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::kit::Kit;

/// A server on the loopback interface. Dropping this value kills the server.
#[derive(Debug)]
pub struct Server {
    base: String,
    http: reqwest::Client,
    /// The child process, whose stdin is a pipe. If the test is killed, the pipe closes, and the server then exits.
    _child: Child,
}

/// A server's counters, or the difference between two readings of these counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    pub logins: i64,
    pub refreshed: i64,
    pub refused: i64,
    /// The number of refreshes that the server refused because the refresh token was already used.
    pub reused: i64,
    pub ok: i64,
    pub unauthorized: i64,
    pub forbidden: i64,
    /// The number of refresh tokens that are valid now.
    pub live: i64,
}

impl Server {
    /// Starts a server, or returns `None` if its interpreter is not available.
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
        // The test must read the rest of the server's output, because a full pipe would block the server.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Self { base: format!("http://127.0.0.1:{port}"), http: reqwest::Client::new(), _child: child })
    }

    /// The server's base URL.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Returns the current counts.
    pub async fn counts(&self) -> Counts {
        self.control("counts").await
    }

    /// Moves the server's clock forward, so that access tokens expire without the client's knowledge.
    pub async fn hours_pass(&self) {
        let _: serde_json::Value = self.control("forward?seconds=7200").await;
    }

    /// Moves the server's clock forward by less than an access token's lifetime.
    pub async fn a_minute_passes(&self) {
        let _: serde_json::Value = self.control("forward?seconds=60").await;
    }

    /// Sets whether the server delays every second refusal until the next refresh has completed.
    pub async fn refusals_are_late(&self, late: bool) {
        let _: serde_json::Value = self.control(&format!("late?on={late}")).await;
    }

    pub async fn control<T: DeserializeOwned>(&self, route: &str) -> T {
        let answer = self.http.get(format!("{}/control/{route}", self.base)).send().await.unwrap();
        let body = answer.error_for_status().unwrap().bytes().await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

/// Subtracts the earlier counts. The field `live` keeps its later value, because it is the current number of valid
/// refresh tokens and not a counter.
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
