//! Demonstrates the command-line tool: starts a shop server and then runs the tool several times.

use std::env;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use afresh_examples::shop::Shop;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::Result;

const RUNS: usize = 10;

pub async fn serve() -> Result<()> {
    let shop = Shop::start(RUNS).await?;
    println!("SHOP_URL={}", shop.url);
    std::future::pending().await
}

pub async fn run() -> Result<()> {
    let shop = Shop::with_crowd(RUNS, RUNS).await?;
    let folder = env::temp_dir().join(format!("shop-cli-{}", std::process::id()));
    let tool = Tool { url: shop.url.clone(), session: folder.join("session") };

    tool.show(&["login", "ada"]).await?;
    tool.show(&["whoami"]).await?;
    println!("The access token is valid for {RUNS} calls. {} more runs follow:", RUNS - 1);
    let before = tool.at_once(RUNS - 1).await?;
    println!("The access token has expired. {RUNS} runs start at the same time:");
    let after = tool.at_once(RUNS).await?;
    let counts = shop.counts();
    println!(
        "The server refused {} calls and received {} refresh tokens that were already used.",
        counts.refused, counts.spent
    );
    tool.show(&["logout"]).await?;
    tool.show(&["orders"]).await?;

    std::fs::remove_dir_all(folder)?;
    if before < RUNS - 1 {
        return Err("a run failed before the access token expired".into());
    }
    println!("{RUNS} runs at once, {after} answered, {} refresh", counts.refreshes);
    Ok(())
}

/// Starts this program in child processes, as a user at a terminal would run it.
struct Tool {
    url: String,
    session: PathBuf,
}

impl Tool {
    async fn show(&self, arguments: &[&str]) -> Result<()> {
        let output = self.start(arguments)?.await?;
        let said = if output.status.success() { &output.stdout } else { &output.stderr };
        print!("$ cli {}\n{}", arguments.join(" "), String::from_utf8_lossy(said));
        Ok(())
    }

    /// Runs the tool `runs` times in parallel and returns the number of successful runs.
    async fn at_once(&self, runs: usize) -> Result<usize> {
        // The loop starts all runs before it waits for the first run.
        let runs: Vec<_> = (0..runs).map(|_| self.start(&["orders"])).collect::<Result<_>>()?;
        let mut answered = 0;
        for run in runs {
            let output = run.await?;
            print!("{}", String::from_utf8_lossy(&output.stdout));
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            answered += usize::from(output.status.success());
        }
        Ok(answered)
    }

    fn start(&self, arguments: &[&str]) -> Result<impl Future<Output = std::io::Result<Output>> + use<>> {
        let mut child = Command::new(env::current_exe()?)
            .args(arguments)
            .env("SHOP_URL", &self.url)
            .env("SHOP_SESSION", &self.session)
            // The shop server is on this machine, so the tool must not use a proxy.
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take();
        Ok(async move {
            if let Some(mut input) = input {
                // Writing the password can fail, because a run that does not need the password does not read its
                // standard input.
                let _ = input.write_all(b"lovelace\n").await;
            }
            child.wait_with_output().await
        })
    }
}
