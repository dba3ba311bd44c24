//! Takes the screenshot for examples/browser/README.md. Usage: `picture URL FILE.png`. The browser example must be
//! running.

use std::time::Duration;

use afresh_browser_tests::chromium::Chromium;
use afresh_browser_tests::devtools::Failure;
use tokio::time::sleep;

/// The script that sets `window.page`, which the driver waits for.
const READY: &str = "window.page = {}";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, file] = &arguments[..] else { return Err("usage: picture URL FILE.png".into()) };
    let browser = Chromium::start().await?;
    let first = browser.open_with_script(url, READY).await?;
    sleep(Duration::from_secs(2)).await;
    first.begin("document.querySelector('#login').click()").await?;
    let mut others = Vec::new();
    for _ in 0..8 {
        others.push(browser.open_with_script(url, READY).await?);
    }
    // The login's access token expires during this pause.
    sleep(Duration::from_secs(18)).await;
    for tab in others.iter().chain([&first]) {
        tab.begin("document.querySelector('#load').click()").await?;
    }
    sleep(Duration::from_secs(2)).await;
    std::fs::write(file, first.screenshot().await?)?;
    Ok(())
}
