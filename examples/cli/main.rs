//! A command-line tool that stays logged in between runs, even if ten runs start at the same time. Run the
//! demonstration with `cargo run --example cli`.
//!
//! To try the tool yourself, run `cargo run --example cli -- serve` in one terminal; the command prints an address. In
//! another terminal, set `SHOP_URL` to the printed address and run `cargo run --example cli -- login ada` with the
//! password `lovelace`. Then run the commands `whoami`, `orders` and `logout` in the second terminal.

mod demo;

use std::env;
use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use afresh::{FileStore, RefreshToken, SessionState, Tokens, api};
use etcetera::BaseStrategy;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The shop's API.
#[api]
trait Shop {
    #[login]
    #[post("/login")]
    async fn login(
        &self,
        #[json("name")] name: &str,
        #[json("password")] password: &str,
    ) -> afresh::Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> afresh::Result<Tokens>;

    #[logout]
    #[post("/logout")]
    async fn logout(&self) -> afresh::Result<()>;

    #[get("/me")]
    async fn me(&self) -> afresh::Result<String>;

    #[get("/orders")]
    async fn orders(&self) -> afresh::Result<Vec<String>>;
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
        Some(error) if error.is_no_session() || error.is_session_expired() => {
            eprintln!("Log in first: cli login NAME");
        }
        _ => eprintln!("{error}"),
    }
    ExitCode::FAILURE
}

async fn run(arguments: &[&str]) -> Result<()> {
    let url = env::var("SHOP_URL").map_err(|_| "set `SHOP_URL` to the address that `cli serve` prints")?;
    let shop = ShopClient::builder(&url).store(FileStore::new(session_file()?)).build()?;
    match arguments {
        ["login", name] => {
            shop.login(name, &password()?).await?;
            println!("Logged in as {name}.");
        }
        ["whoami"] => println!("{}", shop.me().await?),
        ["orders"] => println!("{}", shop.orders().await?.join(", ")),
        ["logout"] => {
            shop.logout().await?;
            println!("Logged out.");
        }
        _ => return Err("usage: cli login NAME | whoami | orders | logout".into()),
    }
    // An early refresh might still be in progress, and the process must not exit before the store has the new tokens.
    if shop.session().state() == SessionState::Refreshing {
        let _ = shop.session().refresh().await;
    }
    Ok(())
}

/// Returns `~/.local/state/shop-cli/session`, or the equivalent path on this system.
fn session_file() -> Result<PathBuf> {
    if let Some(path) = env::var_os("SHOP_SESSION") {
        return Ok(path.into());
    }
    let folders = etcetera::choose_base_strategy()?;
    Ok(folders.state_dir().unwrap_or_else(|| folders.data_dir()).join("shop-cli").join("session"))
}

/// Reads the password from standard input, because other users on the machine can read a program's arguments.
fn password() -> Result<String> {
    eprint!("Password: ");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
