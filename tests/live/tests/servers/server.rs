//! A server as a child process: started on a free port, asked for its counts, ended with the test.

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
    /// Its end of the pipe tells a server that the test is gone, also where the test was killed.
    _child: Child,
}

/// What a server has counted, or what has come to it since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Logins that succeeded.
    pub logins: i64,
    /// Refreshes that brought tokens.
    pub refreshed: i64,
    /// Refreshes that were refused.
    pub refused: i64,
    /// Those of them that presented a refresh token which had been exchanged before.
    pub reused: i64,
    /// Answers 200 of the resource.
    pub ok: i64,
    /// Answers 401 of the resource.
    pub unauthorized: i64,
    /// Answers 403 of the resource.
    pub forbidden: i64,
    /// Refresh tokens that would be accepted now.
    pub live: i64,
}

impl Server {
    /// `None` if what runs it cannot be had.
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
        let port = tokio::time::timeout(Duration::from_secs(60), listening)
            .await
            .expect("the server does not listen");
        // What else it says must find somebody who listens.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Self { base: format!("http://127.0.0.1:{port}"), http: reqwest::Client::new(), _child: child })
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What it has counted up to now.
    pub async fn counts(&self) -> Counts {
        self.control("counts").await
    }

    /// Puts its clock forward, so that access tokens expire there, and nobody tells the client.
    pub async fn hours_pass(&self) {
        let _: serde_json::Value = self.control("forward?seconds=7200").await;
    }

    /// Puts its clock forward by less than an access token lives.
    pub async fn a_minute_passes(&self) {
        let _: serde_json::Value = self.control("forward?seconds=60").await;
    }

    /// From now on every second refusal reaches its client after the next refresh.
    pub async fn refusals_are_late(&self, late: bool) {
        let _: serde_json::Value = self.control(&format!("late?on={late}")).await;
    }

    /// What its route for the test answers.
    pub async fn control<T: DeserializeOwned>(&self, route: &str) -> T {
        let answer = self.http.get(format!("{}/control/{route}", self.base)).send().await.unwrap();
        let body = answer.error_for_status().unwrap().bytes().await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}

/// What has come since. How many tokens are live is no number that grows: it stays as it is.
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
