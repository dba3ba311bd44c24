//! A command-line tool whose users log in with a browser, or with a code that they enter on another device. The command
//! `cargo run --example login` demonstrates the browser login and the device login without user interaction.
//!
//! To log in yourself, run `cargo run --example login -- serve` in one terminal; the command prints an address. In
//! another terminal, set `ISSUER` to the printed address and run `cargo run --example login -- login`. Log in as `ada`
//! with the password `lovelace`. Then run the commands `whoami`, `logout` and `login --device` in the second terminal.

mod demo;
mod forms;
mod person;
mod provider;

use std::env;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use afresh::oauth2::Server;
use afresh::{FileStore, api};
use etcetera::BaseStrategy;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The shop's API. The trait has no `#[login]` and no `#[refresh]`, because the authorization server issues the tokens.
#[api]
trait Shop {
    #[get("/me")]
    async fn me(&self) -> afresh::Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        [] => demo::run().await,
        ["serve"] => demo::serve().await,
        _ => run(&arguments).await,
    };
    let Err(error) = done else { return ExitCode::SUCCESS };
    match error.downcast_ref::<afresh::Error>() {
        Some(error) if error.is_no_session() || error.is_session_expired() => eprintln!("Log in first."),
        _ => eprintln!("{error}"),
    }
    ExitCode::FAILURE
}

async fn run(arguments: &[&str]) -> Result<()> {
    let issuer = env::var("ISSUER").map_err(|_| {
        "usage: serve | login [--device] [--auto] | whoami | logout. Set `ISSUER` to the address that `serve` prints"
    })?;
    let app = Server::discover(&issuer).await?.client("login-example").scope("profile offline_access");
    let shop =
        ShopClient::builder(&issuer).refresher(app.clone()).store(FileStore::new(session_file()?)).build()?;
    match arguments {
        ["login"] => {
            app.browser().run(shop.session()).await?;
        }
        ["login", "--auto"] => {
            let browser = app.browser().announce(|_: &str| ()).open(person::log_in);
            browser.run(shop.session()).await?;
        }
        ["login", "--device", auto @ ..] => {
            let code = app.device().start().await?;
            println!("Open {} and enter the code {}.", code.verification_uri(), code.user_code());
            if auto == ["--auto"] {
                person::confirm(code.verification_uri_complete().unwrap_or(code.verification_uri()));
            }
            code.finish(shop.session()).await?;
        }
        ["whoami"] => {}
        ["logout"] => {
            shop.session().revoke().await?;
            println!("Logged out.");
            return Ok(());
        }
        _ => return Err("usage: login [--device] [--auto] | whoami | logout".into()),
    }
    println!("You are {}.", shop.me().await?);
    Ok(())
}

/// Returns `~/.local/state/login-example/session`, or the equivalent path on this system.
fn session_file() -> Result<PathBuf> {
    if let Some(path) = env::var_os("SHOP_SESSION") {
        return Ok(path.into());
    }
    let folders = etcetera::choose_base_strategy()?;
    Ok(folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("login-example").join("session"))
}
