//! Defines the tasks that a worker process runs. Each task prints its results to stdout.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use afresh::store::{SessionStore, Swap};
use afresh::{Error, RefreshToken, Result, Tokens, api};
use serde::Deserialize;
use tokio::time::sleep;

#[derive(Debug, Deserialize)]
pub struct Order {
    #[serde(rename = "id")]
    _id: u64,
}

#[api]
pub trait Shop {
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json("user")] user: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

pub fn print_line(line: &str) {
    let mut out = std::io::stdout().lock();
    // A failed write means that the parent process has exited, so this process also exits soon.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

pub async fn call(shop: ShopClient) {
    match shop.order(0).await {
        Ok(_) => print_line("called: well"),
        Err(error) => print_line(&format!("called: {}", describe(&error))),
    }
}

pub async fn log_in(shop: ShopClient) {
    match shop.session().ensure_login(|| shop.login("ann")).await {
        Ok(()) => print_line("logged in: well"),
        Err(error) => print_line(&format!("logged in: {}", describe(&error))),
    }
}

/// Makes calls in a loop and prints only failures.
pub async fn work(shop: ShopClient, task: u64) {
    loop {
        if let Err(error) = shop.order(task).await {
            print_line(&format!("failed: {}", describe(&error)));
        }
        sleep(Duration::from_millis(fastrand::u64(100..300))).await;
    }
}

/// Writes to the store in a loop, without a session. Each record consists of one repeated byte, whose value depends on
/// the revision.
pub async fn write(store: Arc<impl SessionStore>) {
    let mut basis = store.load().await.expect("a store").revision;
    loop {
        let byte = u8::try_from(basis.next().number() % 251).expect("less than 251");
        let record = vec![byte; fastrand::usize(2_000..60_000)];
        let swap = Swap { basis, record, fence: None };
        basis = store.swap(swap).await.expect("a store").expect("no other writer");
        print_line(&format!("stored: {}", basis.number()));
    }
}

fn describe(error: &Error) -> String {
    let word = match error {
        error if error.is_rotation_lost() => "lost",
        error if error.is_session_expired() => "expired",
        error if error.is_no_session() => "stranger",
        error if error.is_refresh_busy() => "busy",
        error if error.is_store() => "store",
        _ => "otherwise",
    };
    let sources = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let why: Vec<_> = sources.map(ToString::to_string).collect();
    format!("{word} ({error}: {})", why.join(": ")).replace('\n', " ")
}
