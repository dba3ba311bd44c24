//! An API whose authorization server has another origin, clients that get their tokens through a grant, and functions
//! that read token requests and errors.

use std::error::Error as _;

use afresh::oauth2::{ErrorResponse, RefreshTokenGrant};
use afresh::{Error, Result, api};
use afresh_tests::{Origins, Seen, World};
use serde_json::Value;

use crate::api::{ORIGIN, tokens};
use crate::transports::ConnectTo;

pub const TOKEN: &str = "https://id.test/api/user/refresh_token";

/// An API without login and refresh methods, whose session is set by the test.
#[api]
pub trait Orders {
    #[get("/orders")]
    async fn orders(&self) -> Result<Value>;

    #[public]
    #[get("/health")]
    async fn health(&self) -> Result<Value>;
}

/// Returns a client builder for an API and an authorization server that have different origins.
pub fn apart(world: &World) -> afresh::ClientBuilder<OrdersClient> {
    let origins = Origins::new().at(ORIGIN, world.clone()).at("https://id.test", world.authority.clone());
    OrdersClient::builder(ORIGIN).connect_to(origins.clone())
}

pub fn user(world: &World, grant: RefreshTokenGrant) -> OrdersClient {
    let given = tokens(&world.authority.issue());
    apart(world).tokens(given).refresher(grant).build().unwrap()
}

pub fn form(seen: &Seen) -> Vec<(String, String)> {
    form_urlencoded::parse(seen.body()).into_owned().collect()
}

pub fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

pub fn response(error: &Error) -> Option<&ErrorResponse> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(response) = error.downcast_ref() {
            return Some(response);
        }
        cause = error.source();
    }
    None
}
