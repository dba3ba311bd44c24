//! Demonstrates the command-line tool: starts an authorization server and then runs the tool several times.

use std::env;
use std::path::PathBuf;

use tokio::process::Command;

use crate::Result;
use crate::provider::Provider;

pub async fn serve() -> Result<()> {
    let provider = Provider::start().await?;
    println!("ISSUER={}", provider.url);
    println!("client id: login-example, user: ada, password: lovelace, API: GET /me");
    std::future::pending().await
}

pub async fn run() -> Result<()> {
    let provider = Provider::start().await?;
    let folder = env::temp_dir().join(format!("login-example-{}", std::process::id()));
    let tool = Tool { issuer: provider.url.clone(), session: folder.join("session") };
    tool.show(&["whoami"]).await?;
    tool.show(&["login", "--auto"]).await?;
    println!("The access token is valid for 2 calls. The third call refreshes the token:");
    tool.show(&["whoami"]).await?;
    tool.show(&["whoami"]).await?;
    tool.show(&["logout"]).await?;
    tool.show(&["whoami"]).await?;
    tool.show(&["login", "--device", "--auto"]).await?;
    tool.show(&["whoami"]).await?;
    std::fs::remove_dir_all(folder)?;
    let counts = provider.counts();
    println!(
        "{} login with a browser, {} with a device code, {} refresh",
        counts.logins, counts.device_logins, counts.refreshes
    );
    Ok(())
}

/// Runs this program in child processes, as a user at a terminal would run it.
struct Tool {
    issuer: String,
    session: PathBuf,
}

impl Tool {
    async fn show(&self, arguments: &[&str]) -> Result<()> {
        let output = Command::new(env::current_exe()?)
            .args(arguments)
            .env("ISSUER", &self.issuer)
            .env("SHOP_SESSION", &self.session)
            // The authorization server is on this machine, so the tool must not use a proxy.
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .await?;
        println!("$ login {}", arguments.join(" "));
        print!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}
