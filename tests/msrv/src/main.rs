//! A user's crate that is built with the minimum Rust version of afresh. The crate declares a trait with a login and a
//! refresh, and makes a few calls.
//!
//! The program does not need a server. Calls made before the login do not send requests, and no server listens at the
//! login address.

use std::process::ExitCode;

use afresh::{ApiError, AsTokens, RefreshToken, Result, Tokens, api};
use serde::{Deserialize, Serialize};

/// The request body of a login.
#[derive(Serialize)]
pub struct Credentials {
    user: String,
    password: String,
}

/// The response body of a refresh.
#[derive(Deserialize, AsTokens)]
pub struct Renewed {
    #[tokens(access)]
    access_token: String,
    #[tokens(refresh)]
    refresh_token: Option<RefreshToken>,
    #[tokens(expires_in)]
    expires_in: u64,
}

/// A shop order.
#[derive(Debug, Deserialize)]
pub struct Order {
    /// The order number.
    pub id: u64,
}

/// The error type of calls that return an order.
#[derive(Debug, ApiError)]
pub enum OrderError {
    /// The shop has no order with this number.
    #[status(404)]
    NotFound,
    /// Any other error.
    #[other]
    Other(afresh::Error),
}

/// The shop's API.
#[api]
pub trait Shop {
    /// Logs in.
    #[login]
    #[post("/login")]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Tokens>;

    /// Refreshes the session.
    #[refresh]
    #[post("/refresh")]
    async fn refresh(&self, #[json("refresh_token")] token: RefreshToken) -> Result<Renewed>;

    /// Returns one order.
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order, OrderError>;

    /// Returns all orders with at least one of the given tags.
    #[get("/orders")]
    async fn orders(&self, #[query] tag: &[&str]) -> Result<Vec<Order>>;
}

#[tokio::main]
async fn main() -> ExitCode {
    match calls().await {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn calls() -> std::result::Result<&'static str, Box<dyn std::error::Error>> {
    let shop = ShopClient::builder("http://127.0.0.1:1").build()?;
    match shop.order(7).await {
        Err(OrderError::Other(error)) if error.is_no_session() => {}
        other => return Err(format!("order without a session: {other:?}").into()),
    }
    match tokio::spawn(shop.orders(&["new"])).await? {
        Err(error) if error.is_no_session() => {}
        other => return Err(format!("orders without a session: {other:?}").into()),
    }
    let credentials = Credentials { user: "ann".to_owned(), password: "secret".to_owned() };
    match shop.login(&credentials).await {
        Err(error) if error.is_connect() => Ok("no session before the login, no server for it"),
        other => Err(format!("login without a server: {other:?}").into()),
    }
}
