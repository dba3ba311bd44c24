//! Sends 64 calls with an expired token. The session is refreshed once, and every call succeeds. Run the quickstart
//! with `cargo run --example quickstart`.
//!
//! The trait below declares the whole client. The rest of the example starts a server on this machine (`server.rs`),
//! waits until the access token expires, and prints the requests that the server received.

mod jwt;
mod server;
mod timeline;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use afresh::{Result, Tokens, api};
use futures_util::future::try_join_all;
use reqwest::redirect::Policy;
use serde::{Deserialize, Serialize};
use server::Server;
use timeline::Kind;

/// The shop's API. The server expects the token without a scheme, returns 403 for an expired token instead of 401, and
/// keeps the refresh token in a cookie.
#[api(scheme = none, refresh_on(403))]
trait Shop {
    /// Logs in. The session starts with the token from the login response.
    #[login]
    #[post("/api/user/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;

    /// Refreshes the session. The runtime calls `refresh`, which has no parameter because the refresh token is in a
    /// cookie.
    #[refresh]
    #[post("/api/user/refresh_token")]
    async fn refresh(&self) -> Result<Tokens>;

    /// Logs out.
    #[logout]
    #[post("/api/user/logout")]
    async fn logout(&self) -> Result<()>;

    /// Returns one of the current user's orders.
    #[get("/api/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

#[derive(Serialize)]
struct Credentials {
    name: &'static str,
    password: &'static str,
}

#[derive(Deserialize)]
struct Order {
    id: u64,
    customer: String,
}

const LIFETIME: Duration = Duration::from_secs(2);
const CALLS: usize = 64;

// With one thread, all calls are in progress before the program reads the first response, so every call uses the
// expired token.
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<ExitCode, Box<dyn Error>> {
    let server = Server::start(LIFETIME).await?;
    // The server is on this machine, so the client must not use a proxy.
    let direct = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
    let shop = ShopClient::builder(&server.url).http(direct).build()?;

    shop.login(&Credentials { name: "ada", password: "lovelace" }).await?;
    let order = shop.order(1).await?;
    println!("Logged in. Order {} belongs to {}.", order.id, order.customer);

    println!(
        "Access tokens are valid for {} seconds. The program waits until the token has expired ...",
        LIFETIME.as_secs()
    );
    tokio::time::sleep(LIFETIME + Duration::from_millis(50)).await;

    println!("The program makes {CALLS} calls at the same time. The server recorded these events:\n");
    let before = server.timeline();
    let orders = try_join_all((0..CALLS as u64).map(|id| shop.order(id))).await?;
    let seen = server.timeline().since(&before);
    println!("{seen}");

    shop.logout().await?;
    let received = server.received();
    let late = shop.order(1).await.err();
    let untouched = server.received() == received && late.as_ref().is_some_and(afresh::Error::is_no_session);
    println!("Logged out. One more call: {}.", late.map_or("answered".to_owned(), |error| error.to_string()));

    let all = server.timeline();
    let (calls, answered) = (seen.count(Kind::Sent), seen.count(Kind::Answered));
    let refreshes = seen.count(Kind::Refreshed);
    let numbers = [
        ("calls", calls, CALLS),
        ("calls refused", seen.count(Kind::Refused), CALLS),
        ("refreshes", refreshes, 1),
        ("calls sent again", seen.count(Kind::SentAgain), CALLS),
        ("calls that got a response", answered, CALLS),
        ("correct responses", orders.iter().zip(0..).filter(|(order, id)| order.id == *id).count(), CALLS),
        ("refresh cookies that were sent again", all.count(Kind::SpentCookie), 0),
        ("logouts", all.count(Kind::LoggedOut), 1),
        ("calls that failed before sending a request", usize::from(untouched), 1),
    ];
    let mut exit = ExitCode::SUCCESS;
    for (what, number, right) in numbers {
        if number != right {
            eprintln!("{what}: {number} instead of {right}");
            exit = ExitCode::FAILURE;
        }
    }
    println!("{calls} calls, {answered} answered, {refreshes} refresh");
    Ok(exit)
}
