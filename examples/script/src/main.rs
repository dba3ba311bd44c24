//! A script without async code. Run the script with `cargo run -p afresh-script`. The script's `Cargo.toml` does not
//! list Tokio as a dependency.
//!
//! The script logs in, reads a list that spans several pages, and reads one order. The access token expires during the
//! run, and the affected call waits for the refresh.

mod server;

use std::time::Duration;

use afresh::{Items, RefreshToken, Result, Retry, Tokens, api};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    id: u64,
    total: u64,
}

/// The shop's API.
#[api]
trait Shop {
    #[login]
    #[post("/login")]
    async fn login(&self, #[json("name")] name: &str, #[json("password")] password: &str) -> Result<Tokens>;

    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Tokens>;

    #[get("/orders")]
    #[pages(number = "page")]
    async fn orders(&self) -> Result<Items<Order>>;

    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order>;
}

fn main() -> Result<()> {
    // The shop server runs in this process, so that the script runs on any machine.
    let server = server::start().expect("a free port");
    let shop = ShopClient::builder(&server.url).retry(Retry::default()).build()?;

    // With a `FileStore` on the builder, the next run would already be logged in.
    shop.session().ensure_login(|| shop.login("ada", "lovelace")).wait()?;

    let (mut number, mut total) = (0, 0);
    let mut orders = shop.orders().wait()?;
    while let Some(order) = orders.wait_next() {
        let order = order?;
        println!("order {}: {}", order.id, order.total);
        number += 1;
        total += order.total;
    }

    let first = shop.order(1).timeout(Duration::from_secs(2)).wait()?;
    println!("total of the first order: {}", first.total);
    println!("{number} orders, {total} in total, {} refresh", server.refreshes());
    Ok(())
}
