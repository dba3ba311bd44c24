//! Starts headless Chromium and controls its tabs.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::devtools::{DevTools, Failure};

/// The time limit for starting the browser or loading a page.
const PATIENCE: Duration = Duration::from_secs(30);

/// A browser with an empty profile. Dropping this value stops the browser.
pub struct Chromium {
    devtools: DevTools,
    _process: Child,
    _profile: TempDir,
}

/// A browser tab. Dropping this value does not close the tab.
pub struct Tab {
    devtools: DevTools,
    target: String,
    session: String,
}

/// Returns the command that starts Chromium: the value of `CHROMIUM`, or the first known command that is installed.
pub fn command() -> Option<PathBuf> {
    if let Some(command) = std::env::var_os("CHROMIUM") {
        return Some(command.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file())
}

impl Chromium {
    pub async fn start() -> Result<Self, Failure> {
        let command = command().ok_or("Chromium is not installed; install Debian's package `chromium`")?;
        let profile = TempDir::new()?;
        let process = Command::new(command)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-extensions", "--remote-debugging-port=0", "--window-size=800,520"])
            // Without `--disable-popup-blocking`, a page could open only one tab for each click.
            .arg("--disable-popup-blocking")
            // Over plain HTTP, a page on the host `insecure.test` does not run in a secure context.
            .arg("--host-resolver-rules=MAP insecure.test 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let port = profile.path().join("DevToolsActivePort");
        let devtools = DevTools::connect(&address(&port).await?).await?;
        Ok(Self { devtools, _process: process, _profile: profile })
    }

    /// Opens a tab and waits until the page in the tab is ready.
    pub async fn open(&self, url: &str) -> Result<Tab, Failure> {
        let tab = self.open_at_once(url).await?;
        tab.ready().await?;
        Ok(tab)
    }

    /// Opens a tab that runs `script` before the page's own scripts.
    pub async fn open_with_script(&self, url: &str, script: &str) -> Result<Tab, Failure> {
        let tab = self.blank().await?;
        tab.run("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        tab.run("Page.navigate", json!({ "url": url })).await?;
        tab.ready().await?;
        Ok(tab)
    }

    /// Opens a tab without waiting for the page to load.
    pub async fn open_at_once(&self, url: &str) -> Result<Tab, Failure> {
        let tab = self.blank().await?;
        tab.run("Page.navigate", json!({ "url": url })).await?;
        Ok(tab)
    }

    async fn blank(&self) -> Result<Tab, Failure> {
        let created = self.devtools.run(None, "Target.createTarget", json!({ "url": "about:blank" })).await?;
        self.attach(text(&created["targetId"])?).await
    }

    /// Returns all tabs whose URL starts with `url`, including tabs that a page has opened.
    pub async fn tabs_at(&self, url: &str) -> Result<Vec<Tab>, Failure> {
        let found = self.devtools.run(None, "Target.getTargets", json!({})).await?;
        let mut tabs = Vec::new();
        for target in found["targetInfos"].as_array().into_iter().flatten() {
            if target["type"] == "page" && text(&target["url"])?.starts_with(url) {
                tabs.push(self.attach(text(&target["targetId"])?).await?);
            }
        }
        Ok(tabs)
    }

    async fn attach(&self, target: String) -> Result<Tab, Failure> {
        let attach = json!({ "targetId": target, "flatten": true });
        let attached = self.devtools.run(None, "Target.attachToTarget", attach).await?;
        let session = text(&attached["sessionId"])?;
        let tab = Tab { devtools: self.devtools.clone(), target, session };
        tab.run("Page.enable", json!({})).await?;
        Ok(tab)
    }
}

impl Tab {
    /// Waits until the page has set `window.page`.
    pub async fn ready(&self) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            // JavaScript cannot be evaluated while a page is loading, because the page loses its JavaScript context.
            let ready = self.evaluate("!!window.page").await;
            match ready {
                Ok(Value::Bool(true)) => return Ok(()),
                Err(error) if started.elapsed() > PATIENCE => return Err(error),
                Ok(_) if started.elapsed() > PATIENCE => {
                    return Err(
                        format!("the page is not ready: {}", self.evaluate("window.failure").await?).into()
                    );
                }
                _ => sleep(Duration::from_millis(10)).await,
            }
        }
    }

    /// Evaluates JavaScript. If the result is a promise, the function waits for the promise's value.
    pub async fn evaluate(&self, script: &str) -> Result<Value, Failure> {
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.run("Runtime.evaluate", params).await?;
        match answer.get("exceptionDetails") {
            Some(details) => Err(format!("{script}: {details}").into()),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Clicks the element that matches the selector, as a user does.
    pub async fn click(&self, selector: &str) -> Result<(), Failure> {
        let script = format!("document.querySelector('{selector}').click()");
        self.run("Runtime.evaluate", json!({ "expression": script, "userGesture": true })).await.map(|_| ())
    }

    /// Waits until the JavaScript expression `condition` evaluates to a truthy value.
    pub async fn until(&self, condition: &str) -> Result<(), Failure> {
        let started = Instant::now();
        while self.evaluate(&format!("!!({condition})")).await.ok() != Some(Value::Bool(true)) {
            if started.elapsed() > PATIENCE {
                let page = self.evaluate("document.body.innerText").await?;
                return Err(
                    format!("not true after {PATIENCE:?}: {condition}. The page shows: {page}").into()
                );
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Evaluates JavaScript and ignores the result.
    pub async fn begin(&self, script: &str) -> Result<(), Failure> {
        let params = json!({ "expression": script, "awaitPromise": false });
        self.run("Runtime.evaluate", params).await.map(|_| ())
    }

    /// Stops the page's tasks and timers.
    pub async fn freeze(&self) -> Result<(), Failure> {
        self.run("Page.setWebLifecycleState", json!({ "state": "frozen" })).await.map(|_| ())
    }

    pub async fn thaw(&self) -> Result<(), Failure> {
        self.run("Page.setWebLifecycleState", json!({ "state": "active" })).await.map(|_| ())
    }

    /// Reloads the page and waits until the page is ready.
    pub async fn reload(&self) -> Result<(), Failure> {
        self.begin("window.page = undefined").await?;
        self.run("Page.reload", json!({})).await?;
        self.ready().await
    }

    pub async fn close(self) -> Result<(), Failure> {
        self.devtools.run(None, "Target.closeTarget", json!({ "targetId": self.target })).await.map(|_| ())
    }

    /// Returns a screenshot of the page as a PNG image.
    pub async fn screenshot(&self) -> Result<Vec<u8>, Failure> {
        let picture = text(&self.run("Page.captureScreenshot", json!({ "format": "png" })).await?["data"])?;
        Ok(STANDARD.decode(picture).map_err(|error| error.to_string())?)
    }

    async fn run(&self, method: &str, params: Value) -> Result<Value, Failure> {
        self.devtools.run(Some(&self.session), method, params).await
    }
}

/// Returns the DevTools address, which Chromium writes to a file in its profile directory.
async fn address(file: &std::path::Path) -> Result<String, Failure> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let content = tokio::fs::read_to_string(file).await.unwrap_or_default();
        if let Some((port, path)) = content.split_once('\n').filter(|(_, path)| path.contains("browser/")) {
            return Ok(format!("ws://127.0.0.1:{port}{}", path.trim()));
        }
        sleep(Duration::from_millis(20)).await;
    }
    Err("Chromium does not start".into())
}

fn text(value: &Value) -> Result<String, Failure> {
    Ok(value.as_str().ok_or_else(|| format!("a string was expected: {value}"))?.to_owned())
}
